import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { toIso } from '#runtime/time/iso.ts'
import { type Asking, ask } from '../run/question.ts'
import { spilling } from '../run/spilling.ts'
import { timeOf, within } from '../run/sql-time.ts'
import { countOf, shareOf, type Snapshot, snapshot } from '../store/snapshot.ts'

const asOfTime = timeOf('as_of')

/** What becomes of a profile without its person's coming or going. */
const renamings = "('merge', 'split', 'erasure')"

/** Sizes, entries, exits and survival of the segments of the file, and whether they are overdue for review. */
export function* measureSegments(
  asOf: number,
  windowMs: number,
  { definition, segments }: Pick<CompiledDefinition, 'definition' | 'segments'>,
): Asking<readonly Snapshot[]> {
  const params = { from: asOf - windowMs, as_of: asOf }
  // Of each profile the last entry and the last exit are known: enough, unless it went and came again since.
  const sizes = yield* ask<{ segment: string; n: string }>(
    `SELECT segment, countIf(entered_at <= ${asOfTime} AND (member = 1 OR exited_at > ${asOfTime})) AS n
     FROM segment_memberships FINAL GROUP BY segment`,
    params,
  )
  // Rows of one key are copies of one transition, so that keys are counted: FINAL would read the whole table for a window of it.
  const moves = yield* ask<{ segment: string; to: string; n: string }>(
    `SELECT segment, to, count() AS n
     FROM (SELECT segment, to FROM segment_transitions WHERE ${within('at')} GROUP BY segment, to, profile_id, version, seq)
     GROUP BY segment, to SETTINGS ${spilling}`,
    params,
  )
  // Who was in at the beginning: who is in now, without who came since, and with who left. Whose first step in the window is an exit was in before.
  const turnover = yield* ask<{ segment: string; came: string; left: string }>(
    `SELECT segment, countIf(first = 'entered' AND last = 'entered') AS came,
       countIf(first = 'exited' AND last = 'exited' AND why NOT IN ${renamings}) AS left
     FROM (
       SELECT segment, profile_id, argMin(to, (at, version, seq)) AS first, argMax(to, (at, version, seq)) AS last, argMax(cause, (at, version, seq)) AS why
       FROM segment_transitions WHERE ${within('at')} GROUP BY segment, profile_id
     )
     GROUP BY segment SETTINGS ${spilling}`,
    params,
  )
  const turnoverOf = new Map(turnover.map((row) => [row.segment, row]))
  const sizeOf = new Map(sizes.map(({ segment, n }) => [segment, Number(n)]))
  const movesOf = new Map(moves.map(({ segment, to, n }) => [`${segment} ${to}`, Number(n)]))
  const reviews = new Map(definition.segments.map(({ name, review_by }) => [name, review_by]))
  return segments.flatMap(({ name, ruleHash }) => [
    countOf(asOf, { kind: 'segment', name }, sizeOf.get(name) ?? 0, ruleHash),
    ...['entered', 'exited'].map((to) =>
      countOf(
        asOf,
        { kind: 'segment', name: `${name} ${to}` },
        movesOf.get(`${name} ${to}`) ?? 0,
        ruleHash,
      ),
    ),
    stayed(asOf, name, sizeOf.get(name) ?? 0, turnoverOf.get(name)),
    snapshot(asOf, { kind: 'rule', name: `${name} overdue for review` }, 'fact', {
      counts: [isOverdue(reviews.get(name), asOf) ? 1 : 0],
    }),
  ])
}

/** Of who was in a segment when the window began, those who are in at its end. */
function stayed(
  asOf: number,
  name: string,
  size: number,
  turnover: { readonly came: string; readonly left: string } | undefined,
): Snapshot {
  const [came, left] = [Number(turnover?.came ?? 0), Number(turnover?.left ?? 0)]
  // Sizes of the past are told by everybody's last entry and exit, who may have come and gone since.
  const still = Math.max(0, size - came)
  return shareOf(asOf, { kind: 'segment', name: `${name} stayed` }, still, still + left)
}

/** From the day after the date on, UTC. */
const isOverdue = (reviewBy: string | undefined, asOf: number): boolean =>
  reviewBy !== undefined && toIso(asOf).slice(0, reviewBy.length) > reviewBy

/** What the linker made of the links of the window. */
const linkFates = ['merge', 'refuse', 'demote', 'ambiguous', 'block'] as const

export function* measureIdentity(asOf: number, windowMs: number): Asking<readonly Snapshot[]> {
  const fates = yield* ask<{ fate: string; n: string }>(
    `SELECT fate, count() AS n FROM identity_links FINAL WHERE kind = 'link' AND ${within('received_at')} GROUP BY fate`,
    { from: asOf - windowMs, as_of: asOf },
  )
  const of = new Map(fates.map(({ fate, n }) => [fate, Number(n)]))
  const links = fates.reduce((sum, { n }) => sum + Number(n), 0)
  return linkFates.map((fate) =>
    shareOf(asOf, { kind: 'identity', name: `links: ${fate}` }, of.get(fate) ?? 0, links),
  )
}
