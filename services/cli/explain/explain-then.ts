import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { durationMs } from '#runtime/definition/schema-parts.ts'
import type { PipelineDefinition } from '#runtime/definition/schema.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { noStateThen } from '../profile/find-person.ts'
import type { Definitions } from '../verify/definitions.ts'
import type { StoredPerson } from '../verify/recompute.ts'
import { explainPerson, type PersonExplanation, segmentOf } from './explain-person.ts'
import { membershipsThen } from './memberships-then.ts'
import { readPersonThen } from './person-then.ts'
import { readMemberships } from './read-memberships.ts'
import { readTurns, type Turn } from './read-turns.ts'

export interface PastExplanation extends PersonExplanation {
  /** The entry or exit that made it so; null: there was none, or it is not kept. */
  readonly made_by: Turn | null
  /** The first one after that time; null: there was none since. */
  readonly followed_by: Turn | null
  /** What this rests on and is not kept any more, a sentence each. */
  readonly not_kept: readonly string[]
}

export interface PastAsked {
  readonly profile: string
  readonly segment: string
  readonly at: Date
  readonly now: Date
  /** Of the pipeline file in force. */
  readonly retention: PipelineDefinition['retention']
}

type Kept = (table: 'events' | 'profile_history' | 'segment_transitions') => string | null

/** Why somebody was in a segment or not at a time, as it was known then: by the values, the rule and the membership of then. */
export async function explainThen(
  clickhouse: ClickHouse,
  definitions: Definitions,
  asked: PastAsked,
): Promise<PastExplanation> {
  const { at, now, profile, retention } = asked
  const kept: Kept = (table) => {
    const keep = retention[table]
    const since = keep === undefined ? at : new Date(now.getTime() - durationMs(keep))
    return since > at ? since.toISOString() : null
  }
  const person = await readPersonThen(clickhouse, profile, at, definitions.load)
  if (person === null) throw notKnown(asked)
  const segment = segmentOf(person, asked.segment, at)
  const turns = await readTurns(clickhouse, profile, at)
  const present = await readMemberships(clickhouse, profile)
  const time = epochMs(at.getTime())
  const memberships = membershipsThen(person.definition, turns, present, time)
  const explanation = await explainPerson(person, segment, memberships, time, definitions)
  const turn = turns.get(segment.name)
  return {
    ...explanation,
    made_by: turn?.last ?? null,
    followed_by: turn?.next ?? null,
    not_kept: [
      ...(await historyLost(clickhouse, person, kept('profile_history'))),
      ...eventsLost(person, kept('events')),
      ...(turn?.last ? [] : turnsLost(kept('segment_transitions'))),
    ],
  }
}

const notKnown = ({ at, profile }: PastAsked): TributaryError =>
  new TributaryError(
    'TRB_NOT_FOUND',
    `no state of the profile ${profile} is known as of ${at.toISOString()}`,
    { hint: noStateThen },
  )

/** What has not changed since is exact, however long ago that was. */
async function historyLost(
  clickhouse: ClickHouse,
  { profile, row }: StoredPerson,
  since: string | null,
): Promise<readonly string[]> {
  if (since === null) return []
  const [present] = await clickhouse.query<{ readonly version: string }>(
    'SELECT version FROM profiles FINAL WHERE profile_id = {id:UUID}',
    { id: profile },
  )
  if (present?.version === row.get('version')) return []
  return [
    `States of before ${since} (retention.profile_history): this is the newest of by then that is left, and may be older than what was known.`,
  ]
}

function eventsLost({ events, row }: StoredPerson, since: string | null): readonly string[] {
  const counted = Number(row.get('events'))
  const missing = counted - events.length
  if (missing <= 0) return []
  const why = since === null ? '' : `: those of before ${since} are gone (retention.events)`
  return [`${missing} of the ${counted} events that were counted then${why}.`]
}

const turnsLost = (since: string | null): readonly string[] =>
  since === null
    ? []
    : [
        `Entries and exits of before ${since} (retention.segment_transitions): whether it was a member follows from what came after.`,
      ]

/** @throws TributaryError `TRB_USAGE` of what has not happened. */
export function requirePast(at: Date, now: Date): void {
  if (at <= now) return
  throw new TributaryError('TRB_USAGE', `--as-of ${at.toISOString()} is in the future`, {
    hint: 'Without it, what time alone will do is told.',
  })
}
