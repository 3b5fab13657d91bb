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
import {
  topology as identityTopology,
  type Topology as IdentityTopology,
} from '../../services/identity/topology.ts'
import {
  topology as profilesTopology,
  type Topology as ProfilesTopology,
} from '../../services/profiles/topology.ts'
import type { TestEvent } from '../support/fold/events.ts'
import { definitionTexts, priorityOf } from './definitions.ts'
import { drawFaults, type Faults, type Mode } from './faults.ts'
import { createHost, type Host, isComputing, kill, type Service } from './host.ts'
import type { Mutant } from './mutants.ts'
import { allIdentifiers } from './people.ts'
import type { Random } from './random.ts'
import { createTables, type ModelTables } from './tables.ts'

export const rawTopic = 'channel.web'

/** What belongs to one generation. */
export interface Lineage {
  readonly generation: number
  /** Of its `profile.log`. */
  readonly partitions: number
  /** The first definition that was deployed for it. */
  readonly since: number
  /** Types of identifiers, best first. */
  readonly priority: readonly string[]
  readonly profiles: ProfilesTopology
  readonly identity: IdentityTopology
  readonly groupIds: Readonly<Record<Service, string>>
  readonly tables: ModelTables
  /** Committed states by partition, and of the linker, oldest first: each is a checkpoint from which another machine may start. */
  readonly checkpoints: MemoryContents[][]
  readonly linkerCheckpoints: number[]
}

export function createLineage(
  generation: number,
  partitions: number,
  fail: (what: string) => void,
): Lineage {
  const profiles = profilesTopology('', generation)
  const identity = identityTopology('', generation)
  return {
    generation,
    partitions,
    since: 0,
    priority: priorityOf(1),
    profiles,
    identity,
    groupIds: {
      channel: 'channel-web',
      profiles: profiles.groups.profiles,
      identity: identity.group,
      rebuild: '',
    },
    tables: createTables(fail),
    checkpoints: Array.from({ length: partitions }, () => []),
    linkerCheckpoints: [],
  }
}

/** The world as the processes of another generation see it: all that is not the generation's own is shared. */
export function viewOf(world: World, lineage: Lineage & Partial<World>): World {
  const own = new Map<string | symbol, unknown>(Object.entries(lineage))
  return new Proxy(world, {
    get: (target, name): unknown => (own.has(name) ? own.get(name) : Reflect.get(target, name)),
  })
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

export interface World extends Lineage {
  readonly seed: number
  readonly mode: Mode
  readonly random: Random
  readonly mutant: Mutant | null
  readonly faults: Faults
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
  readonly garbage: {
    readonly topic: string
    readonly partition: number
    readonly offset: number
  }[]
  readonly hosts: Host[]
  readonly disks: Map<Host, Disk>
  /** Groups by their id. */
  readonly groups: Map<string, MemoryGroup>
  /** Live states of owners, by host and partition. */
  readonly states: Map<Host, Map<number, MemoryContents>>
  /** Requests of dead processes that are still on the wire. */
  readonly onTheWire: (() => void)[]
  /** What went wrong, in words. */
  readonly failures: string[]
  /** How often an event names two identifiers. */
  pairs: number
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
    ...createLineage(0, partitions, (what) => failures.push(what)),
    identifiers: random.shuffled(allIdentifiers).slice(0, 2 + random.below(5)),
    kafka,
    broker: kafka.broker,
    now: 1_700_000_000_000,
    brokerSkewMs: 0,
    faulty: true,
    registryAnswers: true,
    raw: [],
    garbage: [],
    hosts: [],
    disks: new Map(),
    groups: new Map(),
    states: new Map(),
    onTheWire: [],
    failures,
    pairs: 0.35,
    deployed: 0,
    steps: 0,
    struck: new Map(),
  }
  createTopics(world, 1 + random.below(3))
  return world
}

function createTopics(world: World, rawPartitions: number): void {
  const { broker, partitions, profiles, identity } = world
  const create = (topic: string, size: number): void =>
    broker.createTopic({ topic, partitions: size, replicationFactor: 1, config: {} })
  create(rawTopic, rawPartitions)
  create(profiles.writes.profileLog, partitions)
  for (const topic of [
    profiles.writes.links,
    profiles.writes.suppressions,
    profiles.writes.expiries,
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

/** The group of a service in one generation. */
export function groupOf(world: World, service: Service): MemoryGroup {
  const { groups, groupIds } = world
  const id = groupIds[service]
  const group = groups.get(id) ?? createMemoryGroup((topics) => partitionsOf(world, topics))
  groups.set(id, group)
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
  const records = world.broker.records(world.identity.reads.links, 0)
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
