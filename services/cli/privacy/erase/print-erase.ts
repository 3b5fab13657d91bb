import { type Bound, dayMs, inDays } from '../bound.ts'
import type { LettersFound } from '../letters/sweep-letters.ts'
import type { Receipt } from '../receipt.ts'

type Counts = Readonly<Record<string, { readonly rows: number; readonly named: number }>>

export function printDryRun(
  /** 0: nobody is known. */
  identifiers: number,
  databases: Readonly<Record<string, object>>,
  letters: Pick<LettersFound, 'letters' | 'closed' | 'partly'>,
  bound: Bound,
): string {
  const lines = [
    identifiers === 0
      ? 'Nobody is known by this identifier: check it. Rows that an erasure would delete:'
      : `${identifiers} identifiers are this person. Rows that an erasure would delete:`,
    ...Object.entries(databases).flatMap(([name, tables]) => [`  ${name}`, ...countLines(tables)]),
    `  dead letters: ${letters.letters} are of the person, of ${letters.closed + letters.partly} it can't be told`,
    ...boundLines(bound.days, bound.parts, bound.company),
    'Nothing was sent: leave --dry-run out.',
  ]
  return `${lines.join('\n')}\n`
}

export function printReceipt(receipt: Receipt, file: string | null): string {
  const { dead_letters: letters } = receipt
  const lines = [
    `erased ${receipt.identifiers.length} identifiers; no view shows them after ${receipt.seconds_to_invisible} s`,
    ...Object.entries(receipt.deleted).flatMap(([name, tables]) => [
      `  ${name} database`,
      ...countLines(tables),
    ]),
    `  dead letters: ${letters.letters} deleted; of ${letters.closed + (letters.partly ?? 0)} it can't be told whose they are`,
    receipt.checkpoints_removed === null
      ? '  checkpoints: TRIBUTARY_CHECKPOINT_DIR is not set here; run tributary privacy sweep where it is'
      : `  checkpoints: ${receipt.checkpoints_removed} copies of states removed`,
    ...boundLines(
      receipt.bound_days,
      receipt.bound.map(({ place, days, why }) => ({
        place,
        ms: days === null ? null : days * dayMs,
        why,
      })),
      receipt.company_topics.map(({ place, days }) => ({
        place,
        ms: days === null ? null : days * dayMs,
      })),
    ),
    receipt.complete
      ? 'Look again at any time: tributary privacy prove RECEIPT.'
      : 'Something was on its way still: run tributary privacy sweep in a while.',
    file === null
      ? 'The receipt was not kept: give --receipt FILE, or --json.'
      : `The receipt is in ${file}; it names nobody.`,
  ]
  return `${lines.join('\n')}\n`
}

function countLines(tables: object): readonly string[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made by a sweep
  const counts = Object.entries(tables as Counts).filter(([, { named, rows }]) => rows + named > 0)
  if (counts.length === 0) return ['    nothing']
  return counts.map(
    ([table, { named, rows }]) =>
      `    ${table}: ${rows} rows${named === 0 ? '' : `, ${named} of others without the name`}`,
  )
}

const boundLines = (
  days: number | null,
  parts: readonly { readonly place: string; readonly ms: number | null; readonly why: string }[],
  company: readonly { readonly place: string; readonly ms: number | null }[],
): readonly string[] => [
  days === null
    ? 'There is no bound, because of:'
    : `Everything that Tributary keeps is without the person after ${days} days, the longest of:`,
  ...parts
    .filter(({ ms }) => days !== null || ms === null)
    .map(({ ms, place, why }) => `  ${place}: ${ms === null ? 'for ever' : inDays(ms)}; ${why}`),
  `Yours to erase: ${[
    ...company.map(({ ms, place }) => `${place} (${ms === null ? 'for ever' : inDays(ms)})`),
    'backups',
    'old pages in the files of states (docs/erasure.md)',
  ].join(', ')}.`,
]
