import { type Asking, ask } from '../run/question.ts'
import { inSpans, type Spans, spansOf } from '../run/spans.ts'
import { timeOf } from '../run/sql-time.ts'
import { placeAndType, type Subject } from '../watch/signal.ts'

/** A source that makes up a type with each event may not fill the tables. */
export const typesPerSourceMax = 50
/** Reasons and sources of dead letters that are told apart. */
export const lettersMax = 200

/** What came in windows before this one: what does not come any more is measured as nothing, and not left out. */
export interface Earlier {
  /** Source that was heard of in four weeks → when it was last, milliseconds. */
  readonly lastAt: ReadonlyMap<string, number>
  /** Source → types of its events. */
  readonly types: ReadonlyMap<string, readonly string[]>
  /** Reasons and sources of dead letters. */
  readonly letters: readonly string[]
  /** Stages that reported how much waits. */
  readonly stages: readonly string[]
}

/** SQL: names with an alert that has to end, after the window before this one. */
const withAlert = `SELECT kind, name FROM drift_metrics FINAL
  WHERE as_of = (SELECT max(as_of) FROM drift_metrics WHERE as_of < ${timeOf('as_of')}) AND isNotNull(opened_at)`

/**
 * What has come at all in four weeks, or is an alert that has to end, in the order in which it came. A source that has not come for as long is gone: its
 * silence would explain whatever moves. Of each source, and of dead letters, as many as are told apart.
 */
export function* readEarlier(spans: Spans): Asking<Earlier> {
  // A stage of which nobody said anything was as late as the window is long.
  const rows = yield* ask<Subject & { last: string }>(
    `SELECT kind, name, max(counts[1]) AS last,
       minIf(at, at >= {recent:Int64} AND counts[1] > if(kind = 'lag', at - {window:Int64}, 0)) AS came
     FROM (SELECT *, toUnixTimestamp64Milli(as_of) AS at FROM drift_snapshots FINAL)
     WHERE kind IN ('freshness', 'volume', 'dead_letters', 'lag') AND ${inSpans}
     GROUP BY kind, name
     HAVING if(kind = 'freshness', last >= {recent:Int64}, came > 0 OR (kind, name) IN (${withAlert}))
     ORDER BY kind, if(came = 0, min(at), came), name
     LIMIT ${Math.max(lettersMax, typesPerSourceMax)} BY kind, if(kind = 'dead_letters', '', splitByChar(' ', name)[1])`,
    spansOf(spans),
  )
  const namesOf = (kind: Subject['kind']): readonly string[] =>
    rows.filter((row) => row.kind === kind).map(({ name }) => name)
  const types = new Map<string, string[]>()
  for (const name of namesOf('volume')) {
    const { place, type } = placeAndType(name)
    if (type !== null) types.set(place, [...(types.get(place) ?? []), type])
  }
  return {
    lastAt: new Map(
      rows.filter(({ kind }) => kind === 'freshness').map(({ last, name }) => [name, Number(last)]),
    ),
    types,
    letters: namesOf('dead_letters'),
    stages: namesOf('lag'),
  }
}
