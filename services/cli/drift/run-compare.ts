import { TributaryError } from '#runtime/errors/index.ts'
import { type ColumnResult, compareColumns, conventions } from '../../drift/core/compare/compare.ts'
import { toJsonLine } from '../shell/json.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'
import { columnsOf, type ColumnType } from './columns-of.ts'
import { type MissingColumns, printComparison } from './print-comparison.ts'
import { readTable, type Table } from './read-table.ts'

export interface CompareArguments {
  readonly reference: string
  readonly current: string
  readonly convention: string
  /** `COLUMN=numeric|categorical`. */
  readonly types: readonly string[]
  /** From which verdict on the command fails; null: never. */
  readonly failOn: string | null
  readonly json: boolean
}

const failing = ['info', 'warn', 'critical'] as const

/** `tributary drift compare`: two CSV files, column by column. */
export async function runCompare(terminal: Terminal, asked: CompareArguments): Promise<ExitStatus> {
  const convention = oneOf(asked.convention, conventions, '--convention')
  const failOn = asked.failOn === null ? null : oneOf(asked.failOn, failing, '--fail-on')
  if (failOn !== null && convention !== 'tributary')
    throw new TributaryError(
      'TRB_USAGE',
      '--fail-on needs a verdict, which only the convention tributary has',
    )
  const types = new Map(asked.types.map(typeOf))
  const [reference, current] = [await readTable(asked.reference), await readTable(asked.current)]
  const columns = columnsOf(reference, current, types)
  if (columns.length === 0)
    throw new TributaryError('TRB_USAGE', 'the two files have no column in common', {
      hint: 'Their first rows must name the columns, and alike.',
    })
  const missing: MissingColumns = {
    reference: lacks(reference, current),
    current: lacks(current, reference),
  }
  const results = compareColumns(convention, columns)
  terminal.stdout.write(
    asked.json
      ? toJsonLine({ convention, columns: results, missing_columns: missing })
      : printComparison(convention, results, missing),
  )
  return failOn !== null && results.some((one) => isAsBadAs(one, failOn)) ? 1 : 0
}

const lacks = (table: Table, other: Table): readonly string[] =>
  [...other.columns.keys()].filter((name) => !table.columns.has(name))

const isAsBadAs = ({ verdict }: ColumnResult, failOn: (typeof failing)[number]): boolean =>
  failing.slice(failing.indexOf(failOn)).some((one) => one === verdict)

function typeOf(text: string): readonly [name: string, type: ColumnType] {
  const at = text.lastIndexOf('=')
  if (at < 1)
    throw new TributaryError('TRB_USAGE', `--type ${text} is not COLUMN=numeric|categorical`)
  return [text.slice(0, at), oneOf(text.slice(at + 1), ['numeric', 'categorical'], '--type')]
}

function oneOf<Word extends string>(text: string, words: readonly Word[], option: string): Word {
  const word = words.find((one) => one === text)
  if (word !== undefined) return word
  throw new TributaryError('TRB_USAGE', `${option} ${text} is none of ${words.join(', ')}`)
}
