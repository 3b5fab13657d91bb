import { tame } from '../shell/tame.ts'
import type { Terminal } from '../shell/terminal.ts'
import type { MappedRow } from './map-row.ts'

const shownMax = 20

export interface RejectedReport {
  rejected(row: MappedRow & { ok: false }): void
  /** After the bar, which they would be written into. */
  print(): void
}

/** Rows that were not read, by line: the first ones one by one. */
export function createRejectedReport(terminal: Terminal): RejectedReport {
  const shown: string[] = []
  let count = 0
  return {
    rejected({ record: { rejected } }) {
      count += 1
      if (count <= shownMax)
        shown.push(`line ${rejected.line}: ${rejected.reason}: ${rejected.detail}\n`)
    },
    print() {
      if (count > shownMax) shown.push(`and ${rowsIn(count - shownMax)} more\n`)
      terminal.stderr.write(tame(shown.join('')))
    },
  }
}

export const rowsIn = (count: number): string => (count === 1 ? '1 row' : `${count} rows`)
