import type { EpochMs } from '../event/ids.ts'
import { partitionKey, type TopicPartition } from '../kafka/ports.ts'

/** Where records wait, in the order of an event's way. `clickhouse`: read, and their rows are not stored yet. */
export const stageNames = [
  'email',
  'web',
  'crm',
  'identity',
  'profiles',
  'clickhouse',
  'dead-letters',
] as const
export type StageName = (typeof stageNames)[number]

/** Parts of the work on a batch, in their order; a stage has those that it needs. */
export const stepNames = [
  'decode',
  'normalise',
  'link',
  'fold',
  'send',
  'clickhouse',
  'state',
  'commit',
] as const
export type StepName = (typeof stepNames)[number]

/** A record that waits: its offset and the broker's time of it. */
export interface Waiting {
  readonly offset: number
  readonly at: EpochMs
}

/** What waits at one stage in one partition. */
export interface StageReading extends TopicPartition {
  readonly stage: StageName
  readonly records: number
  /** In them, as many a record as in those read so far; null: none was read yet. */
  readonly events: number | null
  /** null: nothing waits. */
  readonly oldest: Waiting | null
  /** Seconds that each step took since the report before; empty where nobody asked for a report. */
  readonly steps: ReadonlyMap<StepName, number>
}

/** A batch that is taken into work. */
export interface Taken {
  readonly first: Waiting
  readonly last: Waiting
  /** Offset after the last record that the broker holds. */
  readonly high: number
  /** The broker's time of the first record from an offset on. */
  timeFrom(offset: number): EpochMs
}

/** An assigned partition, as whoever asks the brokers needs it. */
export interface OpenPartition extends TopicPartition {
  /** null: nobody said where reading begins; the group's committed offset says. */
  readonly position: number | null
  /** Something waits, and since when is not known. */
  readonly unknownSince: number | null
}

interface Entry extends TopicPartition {
  readonly stage: StageName
  position: number | null
  high: number | null
  /** The record at `position`, once its time is known. */
  next: Waiting | null
  /** Taken into work and not done with, in order: a batch that is over may still have to be stored. */
  taken: readonly Taken[]
  /** The last of them is in work. */
  isAtWork: boolean
  /** Rows up to here are on their way to ClickHouse, or wait for those that are. */
  storingTo: number
  readonly running: Map<StepName, { readonly since: number; countedSeconds: number }>
  readonly steps: Map<StepName, number>
  records: number
  events: number
}

/**
 * What waits where, as the process that owns the partitions knows it. It is told at the borders of batches, flushes and steps, never per
 * event, and asked by metrics and reports. Times are arguments.
 */
export interface StageBook {
  /** From now on this process reads the partition, from `position` on; null: from the committed offset. */
  assigned(at: TopicPartition, stage: StageName, position: number | null): void
  lost(at: TopicPartition): void
  began(at: TopicPartition, batch: Taken): void
  /** Everything before `next` is done with. */
  moved(at: TopicPartition, next: number): void
  /** The batch is over, whatever became of it. */
  ended(at: TopicPartition): void
  entered(at: TopicPartition, step: StepName, now: number): void
  left(at: TopicPartition, step: StepName, seconds: number): void
  spent(at: TopicPartition, step: StepName, seconds: number): void
  /** So many records of the partition held so many events. */
  counted(at: TopicPartition, records: number, events: number): void
  /** The brokers say where the log ends. */
  logEnds(at: TopicPartition, high: number): void
  /** The group's committed offset, where nobody knew a better one. */
  startsAt(at: TopicPartition, position: number): void
  waitsSince(at: TopicPartition, waiting: Waiting): void
  open(): readonly OpenPartition[]
  /** What waits now. A partition of which nothing is known yet is left out. */
  read(): readonly StageReading[]
  /** The same, with the time that steps took since the last report, a running one included. */
  report(now: number): readonly StageReading[]
}

const noSteps: ReadonlyMap<StepName, number> = new Map()

export function createStageBook(): StageBook {
  const entries = new Map<string, Entry>()
  const withEntry = (at: TopicPartition, work: (entry: Entry) => void): void => {
    const entry = entries.get(partitionKey(at))
    if (entry !== undefined) work(entry)
  }
  return {
    assigned({ topic, partition }, stage, position) {
      const known = entries.get(partitionKey({ topic, partition }))
      entries.set(partitionKey({ topic, partition }), {
        topic,
        partition,
        stage,
        position,
        high: known?.high ?? null,
        next: null,
        taken: [],
        isAtWork: false,
        storingTo: 0,
        running: new Map(),
        steps: new Map(),
        records: known?.records ?? 0,
        events: known?.events ?? 0,
      })
    },
    lost: (at) => void entries.delete(partitionKey(at)),
    began: (at, batch) =>
      withEntry(at, (entry) => {
        // What came to nothing comes again.
        const before = entry.taken.filter(({ last }) => last.offset < batch.first.offset)
        entry.taken = [...before, batch]
        entry.isAtWork = true
        if (before.length === 0) {
          // What the state has already is passed over, and waits no more.
          const from = Math.max(entry.position ?? 0, batch.first.offset)
          entry.position = from
          entry.next = from > batch.last.offset ? null : { offset: from, at: batch.first.at }
        }
        rise(entry, batch.high)
      }),
    moved: (at, next) => withEntry(at, (entry) => move(entry, next)),
    ended: (at) =>
      withEntry(at, (entry) => {
        const batch = entry.taken.at(-1)
        entry.isAtWork = false
        if (batch === undefined) return
        entry.taken = [...entry.taken.slice(0, -1), withoutRecords(batch)].slice(-takenMax)
        if (entry.running.has('clickhouse')) entry.storingTo = batch.last.offset + 1
      }),
    entered: (at, step, now) =>
      withEntry(at, (entry) => {
        entry.running.set(step, { since: now, countedSeconds: 0 })
        const batch = entry.taken.at(-1)
        if (step === 'clickhouse' && batch !== undefined) entry.storingTo = batch.last.offset + 1
      }),
    left: (at, step, seconds) =>
      withEntry(at, (entry) => {
        // Sends of one batch overlap: then the last one that began is the one that runs.
        const counted = entry.running.get(step)?.countedSeconds ?? 0
        entry.running.delete(step)
        add(entry, step, seconds - counted)
      }),
    spent: (at, step, seconds) => withEntry(at, (entry) => add(entry, step, seconds)),
    counted: (at, records, events) =>
      withEntry(at, (entry) => {
        entry.records += records
        entry.events += events
      }),
    logEnds: (at, high) => withEntry(at, (entry) => rise(entry, high)),
    startsAt: (at, position) =>
      withEntry(at, (entry) => {
        entry.position ??= position
      }),
    waitsSince: (at, waiting) =>
      withEntry(at, (entry) => {
        if (entry.next === null && entry.position !== null && waiting.offset >= entry.position)
          entry.next = waiting
      }),
    open: () => [...entries.values()].map(openOf),
    read: () => [...entries.values()].flatMap((entry) => readingsOf(entry, noSteps)),
    report: (now) =>
      [...entries.values()].flatMap((entry) => readingsOf(entry, takeSteps(entry, now))),
  }
}

const rise = (entry: Entry, high: number): void => {
  if (entry.high === null || high > entry.high) entry.high = high
}

const add = (entry: Entry, step: StepName, seconds: number): void => {
  entry.steps.set(step, (entry.steps.get(step) ?? 0) + Math.max(0, seconds))
}

/** Batches whose time is remembered while they wait for ClickHouse; of more, the age is that of the oldest of these. */
const takenMax = 256

/** A batch that is over keeps no records for the time of each: it is as old as its first. */
const withoutRecords = ({ first, last, high }: Taken): Taken => ({
  first,
  last,
  high,
  timeFrom: () => first.at,
})

function move(entry: Entry, next: number): void {
  if (entry.position !== null && next <= entry.position) return
  const before = entry.taken
  entry.position = next
  entry.taken = before.filter(({ last }) => last.offset >= next)
  // What comes behind the batches is no older than their last record, and in a backlog hardly younger.
  const batch = entry.taken[0] ?? before.at(-1)
  const { high } = entry
  entry.next =
    batch !== undefined && high !== null && next < high && next <= batch.last.offset + 1
      ? { offset: next, at: batch.timeFrom(next) }
      : null
}

const openOf = ({ topic, partition, position, high, next, isAtWork }: Entry): OpenPartition => ({
  topic,
  partition,
  position,
  unknownSince:
    position !== null && high !== null && high > position && next === null && !isAtWork
      ? position
      : null,
})

function takeSteps(entry: Entry, now: number): ReadonlyMap<StepName, number> {
  for (const [step, running] of entry.running) {
    const seconds = (now - running.since) / 1000 - running.countedSeconds
    running.countedSeconds += Math.max(0, seconds)
    add(entry, step, seconds)
  }
  const steps = new Map(entry.steps)
  entry.steps.clear()
  return steps
}

/** A stage's own reading, and that of its rows where it writes some. */
function readingsOf(entry: Entry, steps: ReadonlyMap<StepName, number>): readonly StageReading[] {
  const { stage, topic, partition, position, high, taken, running, storingTo } = entry
  if (position === null || high === null) return []
  const perRecord = entry.records === 0 ? null : entry.events / entry.records
  const reading = (name: StageName, from: number, to: number, oldest: Waiting | null) => {
    const records = Math.max(0, to - from)
    return {
      stage: name,
      topic,
      partition,
      records,
      events: records === 0 ? 0 : perRecord === null ? null : Math.round(records * perRecord),
      oldest: records === 0 ? null : oldest,
      steps: name === stage ? steps : noSteps,
    }
  }
  if (!writesRows(stage)) return [reading(stage, position, high, entry.next)]
  const batch = taken.findLast(({ last }) => last.offset < storingTo)
  if (batch === undefined || !running.has('clickhouse'))
    return [reading(stage, position, high, entry.next), reading('clickhouse', 0, 0, null)]
  const behind = taken.find(({ first }) => first.offset >= storingTo)?.first.at ?? batch.last.at
  return [
    reading(stage, storingTo, high, { offset: storingTo, at: behind }),
    reading('clickhouse', position, storingTo, entry.next),
  ]
}

const writesRows = (stage: StageName): boolean =>
  stage === 'profiles' || stage === 'identity' || stage === 'dead-letters'
