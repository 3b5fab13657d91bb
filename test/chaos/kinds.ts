import { type ServiceName, serviceNames } from '../world/demo/services.ts'

/** What may happen, in the words of `--only` and of the result. */
export const faultKinds = [
  'kill',
  'freeze',
  'two_owners',
  'broker_restart',
  'registry_down',
  'clickhouse_down',
  'clickhouse_slow',
  'cut_kafka',
  'cut_clickhouse',
  'disk_full',
  'burst',
] as const
export type FaultKind = (typeof faultKinds)[number]

/**
 * An outage takes its time, and no two of them overlap. What is sudden comes at any moment, also in the middle of an outage.
 */
export type FaultClass = 'outage' | 'sudden'

interface FaultFacts {
  readonly class: FaultClass
  /** How long it is held; what follows (a broker's start, a takeover) comes on top and makes later faults wait. */
  readonly holdMs: number
  /** One fault a round for each of these; null: it is about a dependency. */
  readonly targets: 'each' | 'one' | null
  readonly candidates: readonly ServiceName[]
  /** Services that nothing sudden may hit meanwhile, beside the target: else it would not be this fault any more. */
  readonly holds: readonly ServiceName[]
  readonly says: string
}

/** A frozen process stays so for longer than its session (6 s): the group has given it up by then. */
const pastSessionMs = 9000

export const faultFacts: Readonly<Record<FaultKind, FaultFacts>> = {
  kill: {
    class: 'sudden',
    holdMs: 0,
    targets: 'each',
    candidates: serviceNames,
    holds: [],
    says: 'SIGKILL of a service at a random moment; each of them in turn',
  },
  freeze: {
    class: 'outage',
    holdMs: pastSessionMs,
    targets: 'one',
    candidates: ['identity', 'email', 'web', 'crm'],
    holds: [],
    says: 'SIGSTOP of a service until its group has given it up, then SIGCONT',
  },
  two_owners: {
    class: 'outage',
    holdMs: 4000,
    targets: null,
    candidates: [],
    holds: ['profiles'],
    says: 'a second profiles process takes over the partitions of the frozen first, which then wakes with a flush in its hands',
  },
  broker_restart: {
    class: 'outage',
    holdMs: 1500,
    targets: null,
    candidates: [],
    holds: [],
    says: 'the Kafka process is ended (KILL or TERM) and started again on the same data',
  },
  registry_down: {
    class: 'outage',
    holdMs: 3000,
    targets: null,
    candidates: [],
    holds: [],
    says: 'the schema registry is killed while records of a schema that no service has met are under way',
  },
  clickhouse_down: {
    class: 'outage',
    holdMs: 4000,
    targets: null,
    candidates: [],
    holds: [],
    says: 'the ClickHouse process is killed and started again on the same data',
  },
  clickhouse_slow: {
    class: 'outage',
    holdMs: 4000,
    targets: null,
    candidates: [],
    holds: [],
    says: 'every piece to and from ClickHouse takes a second',
  },
  cut_kafka: {
    class: 'sudden',
    holdMs: 2000,
    targets: null,
    candidates: [],
    holds: [],
    says: 'connections to Kafka end after the request was passed on and before its answer, again and again',
  },
  cut_clickhouse: {
    class: 'sudden',
    holdMs: 2000,
    targets: null,
    candidates: [],
    holds: [],
    says: 'the same on the way to ClickHouse',
  },
  disk_full: {
    class: 'outage',
    holdMs: 4000,
    targets: null,
    candidates: [],
    holds: ['identity', 'profiles'],
    says: 'the small file system that holds the states of identity and profiles has no room left, then has',
  },
  burst: {
    class: 'sudden',
    holdMs: 3000,
    targets: null,
    candidates: [],
    holds: [],
    says: 'ten times the load',
  },
}
