import type { FragmentId, ProfileId } from '#runtime/event/ids.ts'
import { birthProfileId } from '#runtime/pseudonym/pseudonym.ts'
import type { Closure } from '../refold/closure.ts'
import type { StoredDifference } from '../refold/compare-stored.ts'
import type { LinkerAsOf } from '../refold/read-links.ts'
import { type Policies, type Refolded, refold } from '../refold/refold.ts'
import type { ApartView, AskedView, ExplainView } from './explain-view.ts'
import { explainHistory } from './explain-history.ts'
import { explainPath } from './explain-path.ts'
import { explainProfile } from './explain-profile.ts'
import { type Knowledge, knowledgeOf } from './knowledge.ts'
import { changeOf } from './what-would-change.ts'
import { whyApart } from './why-apart.ts'
import { identifierView, isoOf } from './views.ts'

/** Who was asked for. */
export interface Asked {
  readonly fragment: FragmentId
  /** The junk rule that a value in clear met. */
  readonly blocked: string | null
  /** Events with it have come, be it that no other identifier was in them. */
  readonly isKnown: boolean
}

export interface ExplainInput {
  /** One or two. */
  readonly asked: readonly Asked[]
  readonly closure: Closure
  readonly policies: Policies
  readonly asOf: LinkerAsOf | null
  /** Where the tables have these in other profiles. */
  readonly differing: (
    refolded: Refolded,
    members: readonly FragmentId[],
  ) => Promise<readonly StoredDifference[]>
}

/** Whose profiles an explanation is about, in the refold: what has to be compared with the tables. */
export const membersOfAsked = (
  refolded: Refolded,
  asked: readonly Asked[],
): readonly FragmentId[] => [
  ...new Set(asked.flatMap(({ fragment }) => refolded.membersWith(fragment))),
]

export async function explain({
  asked,
  closure,
  policies,
  asOf,
  differing: differingOf,
}: ExplainInput): Promise<ExplainView> {
  const lives = new Map(asked.map(({ fragment }) => [fragment, new Life(fragment)]))
  const refolded = refold(closure.records, policies, asOf, (at, decisions, state) => {
    for (const life of lives.values())
      life.saw(isoOf(at), state.node(life.fragment)?.component, decisions.at(-1)?.decision.id)
  })
  const known = knowledgeOf(closure.records, refolded)
  const members = membersOfAsked(refolded, asked)
  const [a, b] = asked
  const differing = await differingOf(refolded, members)
  const apart = a === undefined || b === undefined ? [] : whyNotOne(known, a, b)
  return {
    asked: asked.map(
      ({ fragment, blocked }): AskedView => ({
        ...identifierView(fragment),
        profile_id: refolded.profileOf(fragment),
        blocked,
        was: lives.get(fragment)?.was ?? [],
      }),
    ),
    one_person: b === undefined ? null : apart.length === 0,
    profiles: profilesOf(known, asked),
    path:
      a === undefined || b === undefined || apart.length > 0
        ? null
        : explainPath(known, a.fragment, b.fragment),
    apart,
    history: explainHistory(known, members),
    evidence: {
      records: closure.records.length,
      complete: closure.complete,
      as_of: asOf === null ? null : isoOf(asOf.clock),
      agrees: differing.length === 0,
      differing: differing.map(({ fragment, ...profiles }) => ({
        identifier: identifierView(fragment),
        ...profiles,
      })),
    },
  }
}

/** What profile an identifier belonged to, as the records come. */
class Life {
  readonly fragment: FragmentId
  readonly was: { since: string; profile_id: ProfileId; decision_id: string | null }[] = []

  constructor(fragment: FragmentId) {
    this.fragment = fragment
  }

  /** `component`: undefined while the log has not named it. */
  saw(since: string, component: FragmentId | undefined, decision: string | undefined): void {
    if (component === undefined) return
    const profile = birthProfileId(component)
    if (this.was.length === 0)
      this.was.push({ since, profile_id: birthProfileId(this.fragment), decision_id: null })
    if (this.was.at(-1)?.profile_id === profile) return
    this.was.push({ since, profile_id: profile, decision_id: decision ?? null })
  }
}

function profilesOf(known: Knowledge, asked: readonly Asked[]): ExplainView['profiles'] {
  const sides = new Set(asked.map(({ fragment }) => known.sideOf(fragment)))
  return Array.from(sides, (side) => explainProfile(known, side))
}

/** Empty: they are one. */
function whyNotOne(known: Knowledge, a: Asked, b: Asked): readonly ApartView[] {
  if (known.sideOf(a.fragment) === known.sideOf(b.fragment)) return []
  const strangers = [a, b].filter(({ isKnown, blocked }) => !isKnown && blocked === null)
  if (strangers.length === 0) return whyApart(known, a.fragment, b.fragment)
  return [
    {
      reason: 'unknown',
      rule: null,
      identifiers: strangers.map(({ fragment }) => identifierView(fragment)),
      links: [],
      decision_id: null,
      command: null,
      why: 'No event with it has arrived, or it was erased, or the installation key here is not that of the services.',
      change: changeOf('unknown', null),
    },
  ]
}
