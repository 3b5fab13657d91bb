import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import { createMemoryGroup, type MemoryGroup } from '#runtime/kafka/memory/group.ts'
import { createMemoryKafka, type MemoryKafka } from '#runtime/kafka/memory/client.ts'
import type { MemoryBroker } from '#runtime/kafka/memory/broker.ts'
import type { TopicPartition } from '#runtime/kafka/ports.ts'
import { encodeDefinition } from '#runtime/log/definitions-record.ts'
import { decodeLinksRecord } from '#runtime/log/links-record.ts'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { MemoryContents } from '../../services/profiles/core/memory-state.ts'
import type { LinksEntry } from '../../services/identity/core/linker.ts'
import { topology as identityTopology } from '../../services/identity/topology.ts'
import { topology as profilesTopology } from '../../services/profiles/topology.ts'
import type { TestEvent } from '../support/fold/events.ts'
import { definitionTexts } from './definitions.ts'
import { drawFaults, type Faults, type Mode } from './faults.ts'
import { createHost, type Host, isComputing, kill, type Service } from './host.ts'
import type { Mutant } from './mutants.ts'
import { allIdentifiers } from './people.ts'
import type { Random } from './random.ts'
import { createTables, type ModelTables } from './tables.ts'

export const generation = 1
export const rawTopic = 'channel.web'
export const profiles = profilesTopology('', generation)
export const identity = identityTopology('', generation)
export const groupIds: Readonly<Record<Service, string>> = {
  channel: 'channel-web',
  profiles: profiles.groups.profiles,
  identity: identity.group,
}

/** What was produced into a raw topic, and what must become of it. */
export interface RawRecord {
  readonly at: number
  readonly partition: number
  readonly offset: number
  readonly bytes: Uint8Array
  readonly events: readonly TestEvent[]
  /** Events, or the whole record (null), that no normaliser can take. */
  readonly bad: readonly (number | null)[]
}

/** One machine's store of states: it outlives the processes on it. */
export interface Disk {
  readonly partitions: Map<number, MemoryContents>
  linkerOffset: number
}

export interface World {
  readonly seed: number
  readonly mode: Mode
  readonly random: Random
  readonly mutant: Mutant | null
  readonly faults: Faults
  readonly partitions: number
  readonly identifiers: readonly FragmentId[]
  readonly kafka: MemoryKafka
  readonly broker: MemoryBroker
  /** The true time. */
  now: number
  /** The brokers' clock against it. */
  brokerSkewMs: number
  /** False: no fault strikes any more. */
  faulty: boolean
  registryAnswers: boolean
  readonly raw: RawRecord[]
  /** Records of `profile.log` that are no frames. */
  readonly garbage: { readonly partition: number; readonly offset: number }[]
  readonly tables: ModelTables
  readonly hosts: Host[]
  readonly disks: Map<Host, Disk>
  /** Committed states by partition, and of the linker, oldest first: each is a checkpoint from which another machine may start. */
  readonly checkpoints: MemoryContents[][]
  readonly linkerCheckpoints: number[]
  /** Live states of owners, by host and partition. */
  readonly states: Map<Host, Map<number, MemoryContents>>
  /** Requests of dead processes that are still on the wire. */
  readonly onTheWire: (() => void)[]
  /** What went wrong, in words. */
  readonly failures: string[]
  /** The newest version that was deployed. */
  deployed: number
  /** Steps so far. */
  steps: number
  /** Faults that struck, by kind. */
  readonly struck: Map<string, number>
}

export const brokerNow = ({ now, brokerSkewMs }: World): number => now + brokerSkewMs

export function createWorld(
  seed: number,
  random: Random,
  mode: Mode,
  mutant: Mutant | null,
): World {
  const partitions = 1 + random.below(4)
  const failures: string[] = []
  const kafka = createMemoryKafka({
    now: () => epochMs(brokerNow(world)),
    batchRecordsMax: 1 + random.below(5),
  })
  const world: World = {
    seed,
    mode,
    random,
    mutant,
    faults: drawFaults(random, mode),
    partitions,
    identifiers: random.shuffled(allIdentifiers).slice(0, 2 + random.below(5)),
    kafka,
    broker: kafka.broker,
    now: 1_700_000_000_000,
    brokerSkewMs: 0,
    faulty: true,
    registryAnswers: true,
    raw: [],
    garbage: [],
    tables: createTables((what) => failures.push(what)),
    hosts: [],
    disks: new Map(),
    checkpoints: Array.from({ length: partitions }, () => []),
    linkerCheckpoints: [],
    states: new Map(),
    onTheWire: [],
    failures,
    deployed: 0,
    steps: 0,
    struck: new Map(),
  }
  createTopics(world, 1 + random.below(3))
  return world
}

function createTopics({ broker, partitions }: World, rawPartitions: number): void {
  const create = (topic: string, size: number): void =>
    broker.createTopic({ topic, partitions: size, replicationFactor: 1, config: {} })
  create(rawTopic, rawPartitions)
  create(profiles.writes.profileLog, partitions)
  for (const topic of [
    profiles.writes.links,
    profiles.writes.suppressions,
    profiles.writes.segments,
    profiles.writes.deadLetter,
    profiles.reads.definitions,
    identity.writes.decisions,
  ])
    create(topic, 1)
  // A version is its offset; the first one of the model is 1.
  for (const content of [definitionTexts[0] ?? '', ...definitionTexts])
    broker.append(profiles.reads.definitions, {
      key: null,
      value: encodeDefinition({
        content,
        hash: '',
        deployedAt: epochMs(0),
        deployedBy: 'op',
        generation: 0,
      }),
    })
}

const groups = new WeakMap<World, Map<Service, MemoryGroup>>()

/** The group of a service in one world. */
export function groupOf(world: World, service: Service): MemoryGroup {
  const known = groups.get(world) ?? new Map<Service, MemoryGroup>()
  groups.set(world, known)
  const group = known.get(service) ?? createMemoryGroup((topics) => partitionsOf(world, topics))
  known.set(service, group)
  return group
}

const partitionsOf = (
  { broker }: World,
  topics: readonly (string | RegExp)[],
): readonly TopicPartition[] =>
  topics.flatMap((topic) =>
    Array.from({ length: broker.topic(String(topic))?.partitions.length ?? 0 }, (_, partition) => ({
      topic: String(topic),
      partition,
    })),
  )

export function newHost(world: World, service: Service): Host {
  const { random, faults, hosts, faulty } = world
  const skewMs = faulty ? Math.round((random.next() * 2 - 1) * faults.clockSkewMs) : 0
  const host = createHost(`${service} ${hosts.length}`, service, skewMs)
  hosts.push(host)
  return host
}

export function count({ struck }: World, what: string): void {
  struck.set(what, (struck.get(what) ?? 0) + 1)
}

export function killHost(world: World, host: Host): void {
  kill(host, world.random, (perform) => world.onTheWire.push(perform))
  const index = world.hosts.indexOf(host)
  if (index >= 0) world.hosts.splice(index, 1)
}

/** More turns of the event loop than any handler needs between two calls to ports. */
const turnsMax = 200

/** Lets every process run until it waits for the simulation again. */
export async function drain(world: World): Promise<void> {
  for (let turns = 0; turns < turnsMax; turns++) {
    await nextTurn()
    if (!world.hosts.some(isComputing)) return
  }
  const stuck = world.hosts.find(isComputing)
  world.failures.push(`${stuck?.name ?? ''} waits for something that nobody can answer`)
  if (stuck !== undefined) killHost(world, stuck)
}

const decoded = new WeakMap<World, { next: number; readonly entries: LinksEntry[] }>()

/** The decision log so far, tombstones left out. */
export function linksOf(world: World, upTo = Number.POSITIVE_INFINITY): readonly LinksEntry[] {
  const known = decoded.get(world) ?? { next: 0, entries: [] }
  decoded.set(world, known)
  const records = world.broker.records(identity.reads.links, 0)
  for (; known.next < records.length; known.next++) {
    const { offset, key, value } = records[known.next] ?? { offset: 0, key: null, value: null }
    if (value === null) continue
    const text = key === null ? '' : Buffer.from(key).toString('utf8')
    known.entries.push({ offset, key: text, record: decodeLinksRecord(value) })
  }
  return upTo === Number.POSITIVE_INFINITY
    ? known.entries
    : known.entries.filter(({ offset }) => offset < upTo)
}
