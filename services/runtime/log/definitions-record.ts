import { createHash } from 'node:crypto'
import { z } from 'zod'
import { TributaryError } from '../errors/index.ts'

/** One record of `pipeline.definitions`: a deployed pipeline file. Its version is its offset. */
export interface DefinitionsRecord {
  /** The file as it was written. */
  readonly content: string
  /** SHA-256 of the content, hexadecimal: tells a change from a repetition. */
  readonly hash: string
  /** ISO 8601, UTC. */
  readonly deployedAt: string
  /** Account of whoever deployed it. */
  readonly deployedBy: string
}

const recordSchema = z.object({
  content: z.string(),
  hash: z.string(),
  deployedAt: z.string(),
  deployedBy: z.string(),
})

export const definitionHash = (content: string): string =>
  createHash('sha256').update(content).digest('hex')

export const encodeDefinitionsRecord = (record: DefinitionsRecord): Uint8Array =>
  Buffer.from(JSON.stringify(record))

/** @throws TributaryError `TRB_DEFINITION_INVALID` for bytes that no `deploy` wrote, or whose content is not what its hash says. */
export function decodeDefinitionsRecord(bytes: Uint8Array): DefinitionsRecord {
  const parsed = recordSchema.safeParse(parseJson(bytes))
  if (!parsed.success)
    throw new TributaryError(
      'TRB_DEFINITION_INVALID',
      'a record of pipeline.definitions is no deployed file',
    )
  if (parsed.data.hash !== definitionHash(parsed.data.content))
    throw new TributaryError(
      'TRB_DEFINITION_INVALID',
      'a record of pipeline.definitions holds other content than its hash says',
    )
  return parsed.data
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}
