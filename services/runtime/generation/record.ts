import { z } from 'zod'
import { TributaryError } from '../errors/index.ts'
import { parseJson } from '../log/parse-json.ts'

const offsets = z.array(z.int().nonnegative())
const whole = z.int().nonnegative()

/** Where an event stands in the order of a feed: log time of the row (milliseconds), partition and version in the old generation. */
const rowKeySchema = z.object({ logTime: whole, partition: whole, version: z.string() })

/** By topic and partition. */
const rawOffsetsSchema = z.record(z.string(), offsets)

/** How far the feed of a new generation has come. Offsets are those of the live generation's topics, by partition. */
const feedSchema = z.object({
  epoch: whole,
  /** Rows of `events` with a frame offset in [from, until) belong to this epoch. */
  rowsFrom: offsets,
  rowsUntil: offsets,
  linksFrom: whole,
  linksUntil: whole,
  /** Number of the slice that comes next. It never restarts: it is the position of what the slice sends. */
  slice: whole,
  /** The last event of the slice before, within this epoch; null: the epoch begins. */
  after: rowKeySchema.nullable(),
  /** Links below this offset were sent by slices before. */
  linksAfter: whole,
  /** Events fed so far, over all epochs. */
  events: whole,
  links: whole,
  /** Of a generation under a new key, which is fed from raw topics: those below `after` are fed, those below `until` belong to this epoch. */
  raw: z
    .object({
      after: rawOffsetsSchema,
      until: rawOffsetsSchema,
      /** Where the old links ended when the first epoch began: what was erased before that was never fed. */
      linksFirst: whole,
    })
    .optional(),
})

const phases = ['preparing', 'building', 'pausing', 'draining', 'exchanging', 'opening'] as const

const nextSchema = z.object({
  generation: whole,
  partitions: whole,
  /** Version of the pipeline file that the new generation is folded under. */
  definition: whole,
  phase: z.enum(phases),
  /** Fingerprint of the new installation key; absent: the key stays. */
  key: z.string().optional(),
  startedAt: whole,
  /** When the channels were told to pause for the switch; absent: not yet. */
  pausedAt: whole.optional(),
  feed: feedSchema.nullable(),
  /** Number of the step that says who was a member before; once it is there, all before it was sent. Absent: not yet. */
  held: whole.optional(),
  /** Before the first exchange: table to its UUID in the base and in the shadow database. */
  tables: z.record(z.string(), z.object({ base: z.string(), shadow: z.string() })).nullable(),
})

const recordSchema = z.object({
  format: z.literal(1),
  live: z.object({ generation: whole, partitions: whole }),
  next: nextSchema.nullable(),
  /** Replaced, and not dropped yet. */
  previous: z.object({ generation: whole, partitions: whole }).nullable(),
  /** The highest number that a generation ever had: an aborted one is not used again. */
  last: whole,
})

export type RowKey = z.infer<typeof rowKeySchema>
/** Offsets of raw topics, by topic and partition. */
export type RawOffsets = z.infer<typeof rawOffsetsSchema>
export type FeedProgress = z.infer<typeof feedSchema>
export type NextGeneration = z.infer<typeof nextSchema>
/**
 * How far a new generation is, in this order. preparing: topics and tables are being made. building: it is fed while the live one serves.
 * pausing: the channels leave and the live one drains. draining: the live one's owners leave too, the last epoch is fed. exchanging: the new
 * one's owners leave, tables change places. opening: it is told that it is live, and gets what the old one never applied.
 */
export type NextPhase = NextGeneration['phase']

/** The one record of `pipeline.generations`: which generation of `profile.log` serves, and which one is being built. */
export type GenerationsRecord = Omit<z.infer<typeof recordSchema>, 'format'>

/** What holds while nobody ever rebuilt anything. */
export const firstGeneration = (partitions: number): GenerationsRecord => ({
  live: { generation: 0, partitions },
  next: null,
  previous: null,
  last: 0,
})

/** JSON, so that people can read the topic. */
export const encodeGenerations = (record: GenerationsRecord): Uint8Array =>
  Buffer.from(JSON.stringify({ format: 1, ...record }))

/** @throws TributaryError TRB_FRAME_INVALID. */
export function decodeGenerations(bytes: Uint8Array): GenerationsRecord {
  const parsed = recordSchema.safeParse(parseJson(bytes))
  if (!parsed.success)
    throw new TributaryError(
      'TRB_FRAME_INVALID',
      'a record of pipeline.generations is none of this version of Tributary',
    )
  const { live, next, previous, last } = parsed.data
  return { live, next, previous, last }
}
