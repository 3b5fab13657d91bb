/* oxlint-disable typescript/no-unsafe-type-assertion -- rows of a table are what the fold wrote */
import type { StoredEvent } from '../../../services/cli/verify/stored-event.ts'
import type {
  FedLink,
  FedRow,
  GroupPlace,
  LogEnds,
  OldGeneration,
  NewGeneration,
  TailRecord,
} from '../../../services/cli/rebuild/generations.ts'
import type { HeldProfile, RebuildPorts } from '../../../services/cli/rebuild/ports.ts'
import { type EpochMs, epochMs, offset, type ProfileId } from '#runtime/event/ids.ts'
import type { GenerationsRecord, RowKey } from '#runtime/generation/record.ts'
import type { OutgoingRecord } from '#runtime/kafka/ports.ts'
import { decodeFrame, encodeFrame } from '#runtime/log/frame.ts'
import { decodeLinksRecord, encodeLinksRecord } from '#runtime/log/links-record.ts'
import type { Frame } from '#runtime/log/messages.ts'
import { decodeExpiry } from '#runtime/log/expiry.ts'
import { decodeSuppression } from '#runtime/log/suppression.ts'
import type { EventRow } from '#schemas/clickhouse/rows.ts'
import type { Extent, Host, Port } from '../host.ts'
import { groupOf, type World } from '../world.ts'

/** What the command can see and do, besides the two generations. */
export interface Outer {
  save(record: GenerationsRecord): void
  exchange(): void
}

/** A question that waits for the simulation like everything else. */
async function ask<T>(host: Host, read: () => T, port: Port = 'look'): Promise<T> {
  const answers: T[] = []
  await host.call(port, () => {
    answers.push(read())
  })
  return answers[0] as T
}

/** The ports of a rebuild, on brokers and tables in memory. */
export function rebuildPorts(host: Host, old: World, next: World, outer: Outer): RebuildPorts {
  return {
    old: oldGeneration(host, old),
    next: newGeneration(host, next),
    tables: {
      look: async () => ask(host, () => ({ events: { base: 'old', shadow: 'new' } })),
      exchange: async () => ask(host, () => outer.exchange()),
      async *held() {
        yield* await ask(host, () => heldIn(old, next))
      },
    },
    drop: async () => Promise.resolve(),
    save: async (record) => ask(host, () => outer.save(record), 'save'),
    now: () => epochMs(old.now + host.skewMs),
    pause: async () => ask(host, () => undefined, 'pause'),
    report: () => undefined,
  }
}

/** Profile → its segments. */
const membersOf = ({ tables }: World): ReadonlyMap<string, ReadonlySet<string>> =>
  new Map(
    [
      ...Map.groupBy(
        tables.final('segment_memberships').filter(({ member }) => member === 1),
        (row) => row.profile_id,
      ),
    ].map(([profile, rows]) => [profile, new Set(rows.map(({ segment }) => segment))]),
  )

/** As the query that production asks: by profile, those that differ. */
function heldIn(old: World, next: World): readonly HeldProfile[] {
  const [before, now] = [membersOf(old), membersOf(next)]
  const none: ReadonlySet<string> = new Set()
  return [...new Set([...before.keys(), ...now.keys()])].toSorted().flatMap((profile) => {
    const [was, is] = [before.get(profile) ?? none, now.get(profile) ?? none]
    return was.symmetricDifference(is).size === 0
      ? []
      : [{ profile: profile as ProfileId, segments: [...was].toSorted() }]
  })
}

const placeOf = (world: World, service: 'profiles' | 'identity'): GroupPlace => {
  const topic =
    service === 'profiles' ? world.profiles.reads.profileLog : world.identity.reads.links
  const partitions = world.broker.topic(topic)?.partitions.length ?? 0
  return {
    committed: Array.from({ length: partitions }, (_, partition) =>
      offset(world.broker.committed(world.groupIds[service], { topic, partition })?.offset ?? 0),
    ),
    members: groupOf(world, service).size(),
  }
}

const endsOf = ({ broker, profiles }: World): LogEnds => {
  const partitions = broker.topic(profiles.reads.profileLog)?.partitions ?? []
  return { low: partitions.map(({ low }) => low), high: partitions.map(({ high }) => high) }
}

const linksEndOf = ({ broker, identity }: World) =>
  broker.range({ topic: identity.reads.links, partition: 0 }).high

function nudgeLinks({ broker, identity }: World): void {
  broker.append(identity.reads.links, { key: Buffer.from('nudge'), value: null, partition: 0 })
}

const tickFrame = encodeFrame({
  origin: null,
  logTime: null,
  messages: [{ position: [0, 0, 0], body: { kind: 'tick' } }],
})

function oldGeneration(host: Host, world: World): OldGeneration {
  const { broker, profiles, identity } = world
  const log = profiles.reads.profileLog
  return {
    ends: async () => ask(host, () => endsOf(world)),
    linksEnd: async () => ask(host, () => linksEndOf(world)),
    profiles: async () => ask(host, () => placeOf(world, 'profiles')),
    identity: async () => ask(host, () => placeOf(world, 'identity')),
    channelMembers: async () => ask(host, () => groupOf(world, 'channel').size()),
    async *rows(from, until, after) {
      yield* await ask(host, () => rowsOf(world, from, until, after))
    },
    async *links(from, until) {
      yield* await ask(host, () => linksIn(from, until))
    },
    async *tail(partition, from, until) {
      yield* await ask(host, () =>
        broker
          .records(log, partition)
          .filter((record) => record.offset >= from && record.offset < until)
          .map(
            (record): TailRecord => ({
              offset: record.offset,
              timestamp: record.timestamp,
              frame: frameOf(record.value),
            }),
          ),
      )
    },
    lastTimes: async (below) =>
      ask(host, () =>
        below.flatMap((end, partition): EpochMs[] => {
          const last = broker.records(log, partition).findLast((record) => record.offset < end)
          return last === undefined ? [] : [last.timestamp]
        }),
      ),
    async *suppressions() {
      yield* await ask(host, () =>
        broker
          .records(profiles.writes.suppressions, 0)
          .flatMap(({ value }) => (value === null ? [] : [decodeSuppression(value)])),
      )
    },
    async *expiries() {
      yield* await ask(host, () =>
        broker
          .records(profiles.writes.expiries, 0)
          .flatMap(({ value }) => (value === null ? [] : [decodeExpiry(value)])),
      )
    },
    nudge: async (partitions) =>
      ask(host, () => {
        for (const partition of partitions)
          broker.append(log, { key: null, value: tickFrame, partition })
      }),
    nudgeLinks: async () => ask(host, () => nudgeLinks(world)),
  }

  function linksIn(from: number, until: number): FedLink[] {
    return broker
      .records(identity.reads.links, 0)
      .filter((record) => record.offset >= from && record.offset < until)
      .flatMap((record) =>
        record.value === null
          ? []
          : [
              {
                offset: record.offset,
                key: Buffer.from(record.key ?? []).toString('utf8'),
                record: decodeLinksRecord(record.value),
              },
            ],
      )
  }
}

function frameOf(value: Uint8Array | null): Frame | null {
  try {
    return decodeFrame(value ?? new Uint8Array())
  } catch {
    return null
  }
}

/** Offset of the frame in a row's version. */
export const frameOffset = (version: string): number =>
  Number((BigInt(version) >> 16n) & (2n ** 40n - 1n))

const keyOf = (row: EventRow): RowKey => ({
  logTime: Date.parse(row.log_time),
  partition: row.partition,
  version: row.version,
})

export const compareKeys = (a: RowKey, b: RowKey): number =>
  a.logTime - b.logTime ||
  a.partition - b.partition ||
  (BigInt(a.version) < BigInt(b.version) ? -1 : BigInt(a.version) > BigInt(b.version) ? 1 : 0)

function rowsOf(
  { tables }: World,
  from: readonly number[],
  until: readonly number[],
  after: RowKey | null,
): FedRow[] {
  return tables
    .final('events')
    .map((row) => ({ row, key: keyOf(row) }))
    .filter(({ row, key }) => {
      const at = frameOffset(row.version)
      return (
        at >= (from[row.partition] ?? 0) &&
        at < (until[row.partition] ?? 0) &&
        (after === null || compareKeys(key, after) > 0)
      )
    })
    .toSorted((a, b) => compareKeys(a.key, b.key))
    .map(({ row, key }) => ({
      key,
      event: { ...row, definition: String(row.definition) } as unknown as StoredEvent,
      origin: row.origin,
      originOffset: row.origin_offset,
      originIndex: row.origin_index,
    }))
}

function newGeneration(host: Host, world: World): NewGeneration {
  const { broker, profiles, random } = world
  const send = async (topic: string, records: readonly OutgoingRecord[]): Promise<void> =>
    host.call('send', (extent) => append(topic, records, extent))
  const append = (topic: string, records: readonly OutgoingRecord[], extent: Extent): void => {
    const left = new Set<number>()
    for (const { partition } of records)
      if (extent === 'some' && random.chance(0.5)) left.add(partition ?? 0)
    for (const record of records) if (!left.has(record.partition ?? 0)) broker.append(topic, record)
  }
  let sends = 0
  return {
    prepare: async () =>
      ask(host, () => {
        const one = { replicationFactor: 1, config: {} }
        broker.createTopic({
          topic: profiles.writes.profileLog,
          partitions: world.partitions,
          ...one,
        })
        broker.createTopic({ topic: profiles.writes.links, partitions: 1, ...one })
      }),
    identifierTypes: async () => ask(host, () => world.priority),
    send: async (frames) =>
      send(
        profiles.writes.profileLog,
        frames.map(({ partition, frame }) => ({ key: null, value: encodeFrame(frame), partition })),
      ),
    sendLinks: async (records) =>
      send(
        profiles.writes.links,
        records.map(({ key, record }) => ({
          key: Buffer.from(`${key}/${host.name}.${sends++}`),
          value: encodeLinksRecord(record),
          partition: 0,
        })),
      ),
    ends: async () => ask(host, () => endsOf(world)),
    linksEnd: async () => ask(host, () => linksEndOf(world)),
    profiles: async () => ask(host, () => placeOf(world, 'profiles')),
    identity: async () => ask(host, () => placeOf(world, 'identity')),
    nudgeLinks: async () => ask(host, () => nudgeLinks(world)),
  }
}
