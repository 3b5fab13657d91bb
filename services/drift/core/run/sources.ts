import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { quoteText } from '#runtime/clickhouse/quote.ts'
import type { Snapshot } from '../store/snapshot.ts'
import { type Asking, ask } from './question.ts'
import { inSpans, type Spans, spansOf } from './spans.ts'

/** Sources that came in the windows before, whether they state traits, and which types that features are made of came from them. */
export function* readSources(
  spans: Spans,
  features: CompiledDefinition['definition']['features'],
): Asking<readonly Pick<Snapshot, 'subject' | 'meaning'>[]> {
  const types = [...new Set(features.flatMap(({ events }) => events))].map(quoteText)
  const rows = yield* ask<{ name: string; states: string }>(
    `SELECT name, max(meaning) AS states FROM drift_snapshots FINAL
     WHERE kind = 'volume' AND ${inSpans} AND (position(name, ' ') = 0 OR substring(name, position(name, ' ') + 1) IN (${["''", ...types].join(', ')}))
     GROUP BY name ORDER BY min(as_of), name`,
    spansOf(spans),
  )
  return rows.map(({ name, states }) => ({ subject: { kind: 'volume', name }, meaning: states }))
}
