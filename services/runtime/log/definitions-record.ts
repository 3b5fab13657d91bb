import { createHash } from 'node:crypto'
import { z } from 'zod'
import { TributaryError } from '../errors/index.ts'
import { type EpochMs, epochMs } from '../event/ids.ts'
import { parseJson } from './parse-json.ts'

/** One record of `pipeline.definitions`: a deployed pipeline file. Its version is its offset. JSON, so that people can read the topic. */
export interface DefinitionRecord {
  /** The file as it was written. */
  readonly content: string
  /** SHA-256 of the content, hexadecimal: tells a change from a repetition. */
  readonly hash: string
  readonly deployedAt: EpochMs
  /** Account of whoever deployed it. */
  readonly deployedBy: string
  /** The first generation of profile.log that it is for: a rebuild's file must not change what still serves. */
  readonly generation: number
  /** Who enters and leaves by it is said in public. Left out: it is not. */
  readonly notify?: true | undefined
}

const recordSchema = z.object({
  content: z.string(),
  hash: z.string(),
  deployedAt: z.int().transform(epochMs),
  deployedBy: z.string(),
  generation: z.int().nonnegative().default(0),
  notify: z.literal(true).optional(),
})

export const definitionHash = (content: string): string =>
  createHash('sha256').update(content).digest('hex')

export const encodeDefinition = ({
  content,
  hash,
  deployedAt,
  deployedBy,
  generation,
  notify,
}: DefinitionRecord): Uint8Array =>
  Buffer.from(JSON.stringify({ content, hash, deployedAt, deployedBy, generation, notify }))

/** @throws TributaryError TRB_FRAME_INVALID. */
export function decodeDefinition(bytes: Uint8Array): DefinitionRecord {
  const parsed = recordSchema.safeParse(parseJson(bytes))
  if (parsed.success) return parsed.data
  throw new TributaryError(
    'TRB_FRAME_INVALID',
    'a record of pipeline.definitions is no deployed pipeline file',
  )
}
