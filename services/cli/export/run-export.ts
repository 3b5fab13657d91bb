import { createScreen } from '#runtime/channel/shell/create-normaliser.ts'
import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { definitionInForce } from '#runtime/definition/deploy/in-force.ts'
import { durationMs } from '#runtime/definition/schema-parts.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { groupSize, groupSizeJson, groupSizeText, requireGroup } from '#runtime/groups/index.ts'
import { createPseudonymiser } from '#runtime/pseudonym/pseudonym.ts'
import { type OpenIdentity, openIdentity } from '../identity/open-identity.ts'
import { requireReason } from '../identity/require-reason.ts'
import { phoneRegionOf } from '../profile/phone-region.ts'
import { type AuditTrail, audited } from '../shell/audit.ts'
import { openClickHouse } from '../shell/connections.ts'
import { type Interruption, listenForInterruption, whileWanted } from '../shell/interruption.ts'
import { toJsonLine } from '../shell/json.ts'
import { progressBar } from '../shell/progress-bar.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'
import { definitionsOf } from '../verify/definitions.ts'
import { exportColumns } from './export-columns.ts'
import { exportKnownNow } from './known-now.ts'
import { exportKnownThen } from './known-then.ts'
import { readEntities } from './read-entities.ts'
import { type StagedEntities, stageEntities } from './stage-entities.ts'
import { createStaging, type Staging } from './staging.ts'
import { refuseExisting, writeParquet } from './write-file.ts'

export type ExportIdentity = 'known_then' | 'now'

export interface ExportArguments {
  readonly entities: string
  readonly out: string
  readonly identity: ExportIdentity
  readonly entityColumn: string
  readonly timeColumn: string
  readonly phoneRegion: string | null
  /** Why so few people may leave; null: no exception. */
  readonly allowSmallGroup: string | null
  readonly reason: string
  /** null: the account of this process. */
  readonly by: string | null
  readonly json: boolean
}

/** Statements over a slice may take that long. */
const requestTimeoutMs = 30 * 60_000

/** `tributary export`. What can't be written down in `audit_log` does not leave. */
export const runExport = async (terminal: Terminal, asked: ExportArguments): Promise<ExitStatus> =>
  audited(
    terminal,
    {
      command: 'export',
      details: { identity: asked.identity },
      by: asked.by,
      reason: asked.reason,
    },
    async (trail) => exportTo(terminal, asked, trail),
  )

async function exportTo(
  terminal: Terminal,
  asked: ExportArguments,
  trail: AuditTrail,
): Promise<ExitStatus> {
  await refuseExisting(terminal.cwd, asked.out)
  using interruption = listenForInterruption(process, 'No file was written. Start it again.')
  await using identity = await openIdentity(terminal)
  requireReason(identity.inForce, asked.reason)
  const { definitionsTopic, generation, reader } = identity.sources
  const definition = await definitionInForce(reader, definitionsTopic, generation)
  const columns = exportColumns(definition)
  const clickhouse = openClickHouse(terminal, { requestTimeoutMs })
  await using open = new AsyncDisposableStack()
  open.defer(async () => clickhouse.close())
  await using staging = await createStaging(clickhouse, columns)
  const staged = await stage(terminal, asked, { clickhouse, identity, staging, interruption })
  const history = definition.definition.retention.profile_history
  using bar = progressBar(terminal, 'rows')
  const progress = (done: number, of: number): void => {
    interruption.signal.throwIfAborted()
    bar.at(done, of)
  }
  const common = { columns, byProfile: staged.byProfile, rows: staged.rows, progress }
  if (asked.identity === 'now') {
    const definitions = definitionsOf(reader, definitionsTopic)
    await exportKnownNow(clickhouse, staging, { ...common, definition, definitions })
  } else {
    await exportKnownThen(clickhouse, staging, { ...common, expires: history !== undefined })
  }
  const { people, unknown } = await countPeople(clickhouse, staging)
  const minimum = definition.definition.privacy.min_group
  trail.add({
    rows: staged.rows,
    unknown,
    columns: columns.names.length,
    ...groupSizeJson(groupSize(people, minimum)),
  })
  await requireGroup(people, minimum, trail.smallGroups(asked.allowSmallGroup))
  await trail.save()
  const file = await writeParquet(
    terminal.cwd,
    asked.out,
    whileWanted(
      clickhouse.bytes(
        `SELECT ${columns.select} FROM ${staging.rows} AS p ORDER BY p.row FORMAT Parquet`,
      ),
      interruption,
    ),
  )
  trail.add(file)
  const size = groupSize(people, minimum)
  const summary = {
    out: asked.out,
    identity: asked.identity,
    rows: staged.rows,
    unknown,
    people: groupSizeJson(size),
    columns: columns.names,
    expired_before: expiredBefore(definition, asked.identity, staged, terminal.now()),
    ...file,
  }
  terminal.stdout.write(
    asked.json ? toJsonLine(summary) : describe(summary, groupSizeText(size), columns.names.length),
  )
  return 0
}

async function stage(
  terminal: Terminal,
  asked: ExportArguments,
  {
    clickhouse,
    identity,
    interruption,
    staging,
  }: {
    readonly clickhouse: ClickHouse
    readonly identity: OpenIdentity
    readonly interruption: Interruption
    readonly staging: Staging
  },
): Promise<StagedEntities> {
  const { key } = await identity.servingKey()
  const staged = await stageEntities(
    clickhouse,
    staging.entities,
    whileWanted(
      readEntities(terminal.cwd, { ...asked, file: asked.entities }, terminal.now()),
      interruption,
    ),
    {
      pseudonymiser: createPseudonymiser(key.bytes),
      screen: createScreen(identity.inForce),
      region: phoneRegionOf(asked.phoneRegion),
    },
  )
  if (staged.rows === 0)
    throw new TributaryError('TRB_USAGE', `${asked.entities} has no rows`, {
      hint: 'A header, and below it a row for each person and time.',
    })
  return staged
}

async function countPeople(
  clickhouse: ClickHouse,
  { rows }: Staging,
): Promise<{ readonly people: number; readonly unknown: number }> {
  const [counted] = await clickhouse.query<{ readonly people: string; readonly unknown: string }>(
    `SELECT uniqExact(profile_id) AS people, countIf(profile_id IS NULL) AS unknown FROM ${rows}`,
  )
  return { people: Number(counted?.people ?? 0), unknown: Number(counted?.unknown ?? 0) }
}

/** The time before which the tables may have forgotten, where somebody asked for an earlier one; null: nobody did. */
function expiredBefore(
  { definition: { retention } }: CompiledDefinition,
  identity: ExportIdentity,
  { earliest }: StagedEntities,
  now: Date,
): string | null {
  const keep = identity === 'now' ? retention.events : retention.profile_history
  if (keep === undefined || earliest === null) return null
  const since = new Date(now.getTime() - durationMs(keep))
  return earliest < since ? since.toISOString() : null
}

function describe(
  summary: {
    readonly out: string
    readonly rows: number
    readonly unknown: number
    readonly expired_before: string | null
  },
  people: string,
  columns: number,
): string {
  const { expired_before: expired, out, rows, unknown } = summary
  return [
    `${out}: ${rows} rows of ${people} people, ${columns} columns; of ${unknown} rows nobody was known`,
    ...(expired === null
      ? []
      : [
          `Some rows ask for times before ${expired}: what has changed since then may be forgotten (retention)`,
        ]),
    '',
  ].join('\n')
}
