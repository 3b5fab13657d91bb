/** `unknown`: could not be looked at, because something else is in the way. */
export type Severity = 'ok' | 'warning' | 'problem' | 'unknown'

/** In the order in which they are shown. */
export const areas = {
  'this host': ['versions', 'key', 'disk'],
  Kafka: ['kafka', 'topics', 'source_topics'],
  'schema registry': ['registry'],
  ClickHouse: ['clickhouse', 'permissions', 'migrations', 'columns', 'clickhouse_disk'],
  'pipeline file': ['definition', 'pipeline_file', 'generation'],
  stages: ['lag', 'groups', 'reports', 'retention', 'dead_letters'],
  clocks: ['clock'],
} as const

export type CheckName = (typeof areas)[keyof typeof areas][number]

export interface Finding {
  readonly check: CheckName
  readonly severity: Severity
  readonly message: string
  /** What to do about it; null: nothing is to be done. */
  readonly fix: string | null
}

export const ok = (check: CheckName, message: string): Finding => ({
  check,
  severity: 'ok',
  message,
  fix: null,
})
export const warning = (check: CheckName, message: string, fix: string): Finding => ({
  check,
  severity: 'warning',
  message,
  fix,
})
export const problem = (check: CheckName, message: string, fix: string): Finding => ({
  check,
  severity: 'problem',
  message,
  fix,
})

/** What was read of the outside world, or why it could not be. */
export type Fact<T> =
  | { readonly read: true; readonly value: T }
  | {
      readonly read: false
      /** `configuration`: nobody said where it is. `unreachable`: nobody answered in time. `refused`: it answered, and said no. */
      readonly kind: 'configuration' | 'unreachable' | 'refused'
      readonly why: string
      readonly fix: string
    }

export type Unread = Extract<Fact<never>, { read: false }>

export const known = <T>(value: T): Fact<T> => ({ read: true, value })

/** What could not be looked at is no fault of its own: the cause has a finding of its own, unless it refused this very question. */
export const notLooked = (check: CheckName, { why, fix }: Unread): Finding => ({
  check,
  severity: 'unknown',
  message: `not looked at: ${why}`,
  fix,
})
