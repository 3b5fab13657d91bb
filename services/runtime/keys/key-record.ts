import { z } from 'zod'
import { TributaryError } from '../errors/index.ts'
import { parseJson } from '../log/parse-json.ts'
import type { KeyId } from './installation-key.ts'

/** With which key the pseudonyms of a generation of `profile.log` are made, and of those after it until another record says otherwise. */
export interface KeyRecord {
  readonly generation: number
  /** A fingerprint: it says nothing about the key. */
  readonly key: KeyId
}

const schema = z.object({
  format: z.literal(1),
  generation: z.int().nonnegative(),
  key: z.string(),
})

/** JSON, so that people can read the topic. */
export const encodeKeyRecord = ({ generation, key }: KeyRecord): Uint8Array =>
  Buffer.from(JSON.stringify({ format: 1, generation, key }))

/** @throws TributaryError TRB_FRAME_INVALID. */
export function decodeKeyRecord(bytes: Uint8Array): KeyRecord {
  const parsed = schema.safeParse(parseJson(bytes))
  if (!parsed.success)
    throw new TributaryError(
      'TRB_FRAME_INVALID',
      'a record of pipeline.keys is none of this version of Tributary',
    )
  const { generation, key } = parsed.data
  return { generation, key }
}

/** Of two processes that recorded a key at once, the first counts: the other one finds that out when it reads again. */
const firstOfEach = (records: readonly KeyRecord[]): readonly KeyRecord[] => {
  const first = new Map<number, KeyRecord>()
  for (const record of records)
    if (!first.has(record.generation)) first.set(record.generation, record)
  return [...first.values()].toSorted((a, b) => a.generation - b.generation)
}

/** null: nothing was recorded up to that generation. */
export const keyOfGeneration = (records: readonly KeyRecord[], generation: number): KeyId | null =>
  firstOfEach(records).findLast((record) => record.generation <= generation)?.key ?? null

/** Keys of earlier generations than this one, that of this one among them if it was in force before. */
export const keysBefore = (records: readonly KeyRecord[], generation: number): ReadonlySet<KeyId> =>
  new Set(
    firstOfEach(records)
      .filter((record) => record.generation < generation)
      .map(({ key }) => key),
  )
