import { parse } from '@marcbachmann/cel-js'
import type { LedgerEntry } from '../ledger.ts'

/** A feature's condition by the CEL library's own evaluator; what is missing makes it false. */
export function compileWhere(cel: string): (entry: LedgerEntry) => boolean {
  const evaluate = parse(cel)
  return (entry) => {
    try {
      return (
        evaluate({
          type: entry.type,
          channel: entry.channel,
          source: entry.source,
          properties: entry.properties,
          traits: entry.traits,
        }) === true
      )
    } catch {
      return false
    }
  }
}
