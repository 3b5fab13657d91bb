import { featureColumns, traitColumns } from '#schemas/clickhouse/columns.ts'
import { checkDisk } from './check-host.ts'
import type { ClickHouseFacts, DefinitionFacts } from './facts.ts'
import { type Fact, type Finding, notLooked, ok, problem, warning } from './finding.ts'

/** What everything is tested against. */
const testedVersion = [26, 7] as const

const shortChecksum = 12

export const checkClickHouse = (
  facts: ClickHouseFacts,
  database: string,
  definition: Fact<DefinitionFacts>,
): readonly Finding[] => [
  checkServer(facts.server, database),
  checkPrivileges(facts.missingPrivileges, database),
  ...checkMigrations(facts.migrations),
  ...checkColumns(facts.columns, definition),
  ...checkDisks(facts.disks),
]

export function checkServer(fact: ClickHouseFacts['server'], database: string): Finding {
  if (!fact.read) return problem('clickhouse', fact.why, fact.fix)
  const { version, databaseExists, readOnly } = fact.value
  if (!databaseExists)
    return problem(
      'clickhouse',
      `reachable, version ${version}, but there is no database ${database}`,
      'tributary migrate creates it; if it should be there, check CLICKHOUSE_DATABASE.',
    )
  const message = `reachable, version ${version}, database ${database}`
  if (readOnly)
    return problem(
      'clickhouse',
      `${message}, and the account may only read (its setting readonly)`,
      'Give CLICKHOUSE_USER a settings profile with readonly = 0, or name another user.',
    )
  return isTested(version)
    ? ok('clickhouse', message)
    : warning(
        'clickhouse',
        `${message}: older than ${testedVersion.join('.')}, which everything is tested against`,
        `Upgrade ClickHouse to ${testedVersion.join('.')} or later.`,
      )
}

function isTested(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [wantMajor, wantMinor] = testedVersion
  return major > wantMajor || (major === wantMajor && minor >= wantMinor)
}

export function checkPrivileges(
  fact: ClickHouseFacts['missingPrivileges'],
  database: string,
): Finding {
  if (!fact.read) return notLooked('permissions', fact)
  const missing = fact.value
  return missing.length === 0
    ? ok('permissions', `the account may read, write and alter ${database}`)
    : problem(
        'permissions',
        `the account lacks ${missing.join(', ')} on ${database}`,
        `As an administrator: GRANT ${missing.join(', ')} ON ${database}.* TO …`,
      )
}

const label = (version: number, name: string): string =>
  `${String(version).padStart(4, '0')}_${name}`

export function checkMigrations(fact: ClickHouseFacts['migrations']): readonly Finding[] {
  if (!fact.read) return [notLooked('migrations', fact)]
  const { files, applied } = fact.value
  const pending = files.filter(({ version }) => !applied.has(version))
  const changed = files.filter(
    ({ version, checksum }) => (applied.get(version) ?? checksum) !== checksum,
  )
  const newest = Math.max(0, ...files.map(({ version }) => version))
  const newer = [...applied.keys()].filter((version) => version > newest)
  const findings = [
    ...(pending.length === 0
      ? []
      : [
          problem(
            'migrations',
            `not applied: ${pending.map(({ version, name }) => label(version, name)).join(', ')}`,
            'tributary migrate',
          ),
        ]),
    ...changed.map(({ version, name, checksum }) =>
      problem(
        'migrations',
        `${label(version, name)} was applied with checksum ${applied.get(version)?.slice(0, shortChecksum) ?? ''}, its file has ${checksum.slice(0, shortChecksum)}`,
        'Run the build that this database was made by: a migration that was applied never changes.',
      ),
    ),
    ...(newer.length === 0
      ? []
      : [
          warning(
            'migrations',
            `the database has ${newer.length} migration(s) that this build does not know: it is of a newer one`,
            'Run doctor and the services of the newer build.',
          ),
        ]),
  ]
  return findings.length === 0
    ? [ok('migrations', `all ${files.length} migrations are applied`)]
    : findings
}

/** The columns that the deployed features and traits are written to. */
export function checkColumns(
  columns: ClickHouseFacts['columns'],
  definition: Fact<DefinitionFacts>,
): readonly Finding[] {
  if (!columns.read) return [notLooked('columns', columns)]
  if (!definition.read) return [notLooked('columns', definition)]
  const { compiled } = definition.value
  if (compiled === null) return []
  const wanted = [
    ...compiled.features.flatMap(featureColumns),
    ...compiled.traits.flatMap(traitColumns),
  ]
  const missing = wanted.filter(({ name }) => !columns.value.has(name))
  return missing.length === 0
    ? [ok('columns', `profiles has all ${wanted.length} columns of the deployed file`)]
    : [
        problem(
          'columns',
          `profiles lacks ${missing.map(({ name }) => name).join(', ')}: rows are refused`,
          'tributary deploy FILE with the file that is in force: it adds the columns, and changes nothing else.',
        ),
      ]
}

function checkDisks(fact: ClickHouseFacts['disks']): readonly Finding[] {
  if (!fact.read) return [notLooked('clickhouse_disk', fact)]
  return fact.value.map((disk) =>
    checkDisk(
      'clickhouse_disk',
      disk,
      'Free space on it or add a volume: inserts fail when it is full.',
    ),
  )
}
