import { hash } from 'node:crypto'
import { z } from 'zod'
import { TributaryError } from '../errors/index.ts'
import { parseJson } from '../log/parse-json.ts'
import type { CheckpointSeries } from './port.ts'

/** What a copy of a state belongs to. A copy of anything else is refused, not guessed at. */
export interface CheckpointIdentity extends CheckpointSeries {
  /** Of Kafka; null: the brokers do not tell. */
  readonly cluster: string | null
  readonly prefix: string
  readonly topic: string
  /** null: the broker gives no ids. */
  readonly topicId: string | null
  /** Of profile.log: where fragments live follows from it. */
  readonly partitions: number
}

export interface DataDigest {
  readonly bytes: number
  readonly sha256: string
}

/** What stands beside the data, in `manifest.json`. */
export interface Manifest extends CheckpointIdentity {
  readonly format: 1
  /** Everything before it is in the copy. */
  readonly nextOffset: number
  /** Wall clock of the writer, for people and for the age in metrics: nothing is decided by it. */
  readonly writtenAtMs: number
  readonly data: DataDigest
}

const whole = z.int().min(0)
const manifestSchema = z.object({
  format: z.literal(1),
  cluster: z.string().nullable(),
  prefix: z.string(),
  topic: z.string(),
  topicId: z.string().nullable(),
  generation: whole,
  part: z.union([whole, z.string()]),
  partitions: whole,
  foldVersion: whole,
  nextOffset: whole,
  writtenAtMs: whole,
  data: z.object({ bytes: whole, sha256: z.string() }),
})

const sealedSchema = z.object({ checksum: z.string() })

/** In the schema's order, so that the same content has the same checksum. */
const checksumOf = (manifest: Manifest): string =>
  hash('sha256', JSON.stringify(manifestSchema.parse(manifest)), 'hex')

export const encodeManifest = (manifest: Manifest): string =>
  `${JSON.stringify({ ...manifest, checksum: checksumOf(manifest) }, null, 2)}\n`

/** @throws TributaryError TRB_CHECKPOINT_INVALID */
export function decodeManifest(text: string): Manifest {
  const json = parseJson(text)
  const manifest = manifestSchema.safeParse(json)
  const sealed = sealedSchema.safeParse(json)
  if (!manifest.success || !sealed.success)
    throw new TributaryError('TRB_CHECKPOINT_INVALID', 'its manifest cannot be read')
  const checksum = checksumOf(manifest.data)
  if (sealed.data.checksum === checksum) return manifest.data
  throw new TributaryError(
    'TRB_CHECKPOINT_INVALID',
    `its manifest has the checksum ${checksum} and says ${sealed.data.checksum}`,
  )
}

const identityFields = [
  'cluster',
  'prefix',
  'topic',
  'topicId',
  'generation',
  'part',
  'partitions',
  'foldVersion',
] as const satisfies readonly (keyof CheckpointIdentity)[]

/** In words what a copy has that is not this process's; null: it fits. */
export function differenceOf(found: CheckpointIdentity, wanted: CheckpointIdentity): string | null {
  const field = identityFields.find((name) => found[name] !== wanted[name])
  if (field === undefined) return null
  return `it has ${field} ${String(found[field])}, this process needs ${String(wanted[field])}`
}
