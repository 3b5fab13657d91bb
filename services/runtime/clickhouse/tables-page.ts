import { groupViews } from './group-views.ts'
import type { Migration } from './migration-files.ts'
import { viewColumns } from './profile-views.ts'

interface DocumentedColumn {
  readonly name: string
  readonly type: string
  readonly comment: string
}

interface DocumentedTable {
  readonly name: string
  readonly kind: 'table' | 'view'
  readonly comment: string
  readonly key: string | null
  readonly columns: readonly DocumentedColumn[]
}

const head = /^CREATE (?:TABLE IF NOT EXISTS|OR REPLACE VIEW) \{database\}\.(\w+)/m
const columnLine = /^ {4}`?(\w+)`? +(.+?) +COMMENT '((?:[^']|'')*)'/gm
const altered = /^ALTER TABLE \{database\}\.(\w+)/m
const addedColumn =
  /ADD COLUMN IF NOT EXISTS `?(\w+)`? +(.+?)(?: DEFAULT \S+)? +COMMENT '((?:[^']|'')*)'(?: AFTER `?(\w+)`?)?/g
const changedComment = /COMMENT COLUMN IF EXISTS `?(\w+)`? '((?:[^']|'')*)'/g
const changedKey = /MODIFY ORDER BY \((.*?)\)/
const tableComment = /^COMMENT '((?:[^']|'')*)'/m
const leadingComment = /^-- (.*)$/m

/** docs/tables.md: every table and view with the comments that their migrations give them. */
export function tablesPage(migrations: readonly Migration[]): string {
  const tables = [
    ...readTables([...migrations.flatMap(({ statements }) => statements), ...groupViews()]),
    ...profileViews(),
  ].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const list = tables.map(
    ({ name, kind, comment }) => `| [${name}](#${name}) | ${kind} | ${comment} |`,
  )
  return `${[
    '# Tables and views',
    'Generated from `schemas/clickhouse/migrations`, `services/runtime/clickhouse/profile-views.ts` and `group-views.ts` by `npx vitest run --project unit services/runtime/clickhouse -u`; a test keeps it current. [queries.md](queries.md) shows them at work.',
    'Times are UTC with milliseconds. `version` orders the rows of a key: the highest stands. Feature columns (`f_…`) and trait columns (`t_…`) come from the pipeline file with `tributary deploy`; their comments are its descriptions.',
    ['| Name | Kind | What it is |', '|---|---|---|', ...list].join('\n'),
    ...tables.map(section),
  ].join('\n\n')}\n`
}

/** A parameterised view states no columns of its own: these are the table's that it reads. */
const shownOf = { identifiers_at: 'profile_identifier_history' } as const

/** As they are after the last statement: views may be made anew, tables get columns. */
function readTables(statements: readonly string[]): readonly DocumentedTable[] {
  const tables = new Map<string, DocumentedTable>()
  for (const statement of statements) {
    for (const table of readTable(statement)) tables.set(table.name, table)
    const found = tables.get(altered.exec(statement)?.[1] ?? '')
    if (found !== undefined) tables.set(found.name, alter(found, statement))
  }
  for (const [name, of] of Object.entries(shownOf)) {
    const [view, table] = [tables.get(name), tables.get(of)]
    if (view === undefined || table === undefined) continue
    const hidden = new Set(['version', 'deleted', 'expired_at'])
    tables.set(name, {
      ...view,
      columns: table.columns.filter((column) => !hidden.has(column.name)),
    })
  }
  return [...tables.values()]
}

function alter(table: DocumentedTable, statement: string): DocumentedTable {
  const columns = [...table.columns]
  for (const [, name = '', type = '', comment = '', after] of statement.matchAll(addedColumn)) {
    const place = columns.findIndex((column) => column.name === after)
    const column = { name, type: type.trimEnd(), comment: unquoted(comment) }
    columns.splice(place < 0 ? columns.length : place + 1, 0, column)
  }
  const comments = new Map(
    [...statement.matchAll(changedComment)].map(([, name = '', comment = '']) => [name, comment]),
  )
  return {
    ...table,
    key: changedKey.exec(statement)?.[1] ?? table.key,
    columns: columns.map((column) => {
      const comment = comments.get(column.name)
      return comment === undefined ? column : { ...column, comment: unquoted(comment) }
    }),
  }
}

function readTable(statement: string): readonly DocumentedTable[] {
  const name = head.exec(statement)?.[1]
  if (name === undefined) return []
  const columns = [...statement.matchAll(columnLine)].map(
    ([, column = '', type = '', comment = '']) => ({
      name: column,
      type,
      comment: unquoted(comment),
    }),
  )
  const kind = statement.includes(' VIEW ') ? 'view' : 'table'
  const comment = tableComment.exec(statement)?.[1] ?? viewComments[name]
  const key = /^ORDER BY \(?(.*?)\)?$/m.exec(statement)?.[1] ?? null
  return [
    {
      name,
      kind,
      comment: unquoted(comment ?? leadingComment.exec(statement)?.[1] ?? ''),
      key: kind === 'table' ? key : null,
      columns,
    },
  ]
}

/** ClickHouse keeps no comment of a view that is replaced. */
const viewComments: Readonly<Record<string, string>> = {
  profile_aliases: 'What a profile id of any time means now',
  consent_changes:
    'Every declaration that said something new, by the profile that it belongs to now',
  consent_now:
    'What counts for each profile and purpose now, as the fold decides over all members, and the declaration that it comes from',
  identifiers_at:
    'Parameterised, identifiers_at(at = …): which profile each identifier belonged to at a time',
  segment_sizes: 'How many people each segment has, small ones not told',
  segment_flow: 'How many people entered and left each segment by day and cause, few ones not told',
  segment_members: 'Who is in which segment now, since when and why',
  segment_changes: 'Every entry and exit, once',
  dead_letters_now:
    'Every dead letter once, without its bytes: where it stands, what became of its replays',
  events_now: 'Every event once, with the profile that it belongs to now',
  pipeline_stages_now:
    'What waits at which stage just now, and since when: sorted by delay_seconds, the first row names the slow one',
  identity_under_way:
    'Links and assignments that one side has sent and the other has not come to, and how long the oldest has waited at most',
  pipeline_hot_keys: 'Which pseudonyms and profiles had most of the messages of their partition',
}

function profileViews(): readonly DocumentedTable[] {
  const columns = viewColumns({ features: [], traits: [] }, '')
  const generated: DocumentedColumn = {
    name: '…',
    type: '',
    comment:
      'Each feature and trait under its plain name; decayed ones decayed to as_of. Null: it never happened, or is withheld by consent; rules read an absent count or sum as 0, so ifNull(x, 0) is what they read where the purpose is given or has a basis',
  }
  const shown = [...columns.slice(0, -2), generated, ...columns.slice(-2)]
  return [
    { name: 'profiles_now', comment: 'One row per profile, decayed to the time of the query' },
    {
      name: 'profiles_at',
      comment:
        'Parameterised, profiles_at(at = …): profiles as they were known at a time, decayed to then',
    },
  ].map(({ name, comment }) => ({ name, comment, kind: 'view', key: null, columns: shown }))
}

function section({ name, kind, comment, key, columns }: DocumentedTable): string {
  const rows = columns.map(
    (column) =>
      `| ${column.name} | ${column.type === '' ? '' : `\`${column.type}\``} | ${column.comment} |`,
  )
  const sorted = key === null ? '' : ` Sorted by \`${key.replaceAll('`', '')}\`.`
  return [
    `## ${name}`,
    `${kind === 'view' ? 'View. ' : ''}${comment}.${sorted}`,
    ['| Column | Type | Meaning |', '|---|---|---|', ...rows].join('\n'),
  ].join('\n\n')
}

const unquoted = (comment: string): string => comment.replaceAll("''", "'")
