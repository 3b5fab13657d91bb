import type { CompiledDefinition, CompiledSegment, Verdict } from '#runtime/definition/compiled.ts'
import { createRuleExplainer, type ExplainedRule } from '#runtime/definition/rules/explain-rule.ts'
import { type RuleNames, ruleNames } from '#runtime/definition/rules/names.ts'
import { type EpochMs, epochMs } from '#runtime/event/ids.ts'
import { toIso, toIsoOrNull } from '#runtime/time/iso.ts'
import type { PurposeState } from '../consent/declarations.ts'
import type { Summed } from '../content/sum-contents.ts'
import type { Membership } from '../state.ts'
import { type Because, becauseOf } from './because.ts'
import { decideSegment } from './decide-segment.ts'
import { foresee } from './foresee.ts'
import { createProfileView, type ProfileView } from './profile-reader.ts'
import { type Read, readOf } from './reads.ts'
import { needsOf } from './what-would-change.ts'

/** A part of a rule with what it saw. Times are ISO 8601. */
export interface ExplainedPart {
  readonly text: string
  readonly verdict: Verdict
  /** The verdict of the whole rests on it. */
  readonly decides: boolean
  readonly changes_at: string | null
  /** `test`: it has no parts. */
  readonly kind: ExplainedRule['kind']
  readonly parts: readonly ExplainedPart[]
  readonly reads: readonly Read[]
}

/** What keeps somebody in or out. */
export type DecidedBy =
  | 'purpose' // it isn't given
  | 'enter'
  | 'exit'
  | 'min_stay' // the rule would let her go, the minimum stay does not yet
  | 'group' // another segment of the group comes first
  | 'unknown' // what decides can't be known, so things stay as they are

/** Why a profile is in a segment or not, and what would change that. */
export interface SegmentExplanation {
  readonly segment: string
  readonly as_of: string
  readonly member: boolean
  readonly since: string | null
  readonly decided_by: DecidedBy
  /** The same in a sentence. */
  readonly in_words: string
  readonly purpose: { readonly name: string; readonly state: PurposeState }
  readonly enter: ExplainedPart
  readonly exit: ExplainedPart | null
  readonly min_stay_until: string | null
  readonly group: {
    readonly name: string
    /** Of the group's segments, the one that the profile is in. */
    readonly member_of: string | null
    /** Those that come first, best first, with whether their rules hold. */
    readonly before: readonly {
      readonly segment: string
      readonly priority: number
      readonly wants_in: boolean
    }[]
  } | null
  /** What would have to come to change it, of which parts of the rule; empty: nothing that could be computed. */
  readonly what_would_change: readonly string[]
  /** False: it could not be looked ahead to the end, so that a `next_change` of null says nothing. */
  readonly looked_to_the_end: boolean
  /** What time alone will do, if nothing else happens. */
  readonly next_change: {
    readonly at: string
    readonly to: 'entered' | 'exited'
    readonly because: Because
  } | null
}

const names = new WeakMap<CompiledDefinition, RuleNames>()

function namesOf(definition: CompiledDefinition): RuleNames {
  const known = names.get(definition) ?? ruleNames(definition.definition)
  names.set(definition, known)
  return known
}

export interface ExplainInput {
  readonly summed: Summed
  readonly definition: CompiledDefinition
  readonly memberships: ReadonlyMap<string, Membership>
  readonly at: EpochMs
}

/** Pure: the rules are those of the definition, looked at part by part with the functions that decide. */
export function explainSegment(
  segment: CompiledSegment,
  { at, definition, memberships, summed }: ExplainInput,
): SegmentExplanation {
  const view = createProfileView(summed, definition, at)
  const held = memberships.get(segment.name)
  const member = held?.member === true
  const explain = (source: string): ExplainedRule =>
    createRuleExplainer(namesOf(definition), source)(view, at)
  const enter = explain(segment.enter.source)
  const exit = segment.exit === null ? null : explain(segment.exit.source)
  const until =
    member && segment.minStayMs !== null && held.enteredAt !== null
      ? epochMs(held.enteredAt + segment.minStayMs)
      : null
  const group = groupOf(segment, definition, memberships, view, at)
  const because = becauseOf(segment, view, definition, at)
  const part = (rule: ExplainedRule): ExplainedPart =>
    explainedPart(rule, view, definition, because, at)
  const foreseen = foresee(summed, definition, memberships, at)
  const next = foreseen.next.get(segment.name)
  const seen = { segment, member, enter, exit, group, given: view.gate.given(segment.purpose) }
  const decidedBy = decider({ ...seen, isHeld: until !== null && at < until })
  const purpose = { name: segment.purpose, state: view.gate.state(segment.purpose) }
  return {
    segment: segment.name,
    as_of: toIso(at),
    member,
    since: toIsoOrNull((member ? held.enteredAt : held?.exitedAt) ?? null),
    decided_by: decidedBy,
    in_words: inWords(decidedBy, seen, purpose, until),
    purpose,
    enter: part(enter),
    exit: exit && part(exit),
    min_stay_until: toIsoOrNull(until),
    group,
    what_would_change: whatWouldChange(decidedBy, seen, (rule, want) =>
      needsOf(rule, want, view, definition, because, at),
    ),
    looked_to_the_end: foreseen.complete,
    next_change: next ? { at: toIso(next.at), to: next.to, because: next.because } : null,
  }
}

type Group = SegmentExplanation['group']

function groupOf(
  segment: CompiledSegment,
  definition: CompiledDefinition,
  memberships: ReadonlyMap<string, Membership>,
  view: ProfileView,
  at: EpochMs,
): Group {
  if (segment.group === null) return null
  const others = definition.segments.filter(({ group }) => group === segment.group)
  return {
    name: segment.group,
    member_of: others.find(({ name }) => memberships.get(name)?.member === true)?.name ?? null,
    before: others.slice(0, others.indexOf(segment)).map((other) => ({
      segment: other.name,
      priority: other.priority,
      wants_in: decideSegment(other, memberships.get(other.name), view, at, {
        anew: false,
        unknownLeaves: false,
      }).member,
    })),
  }
}

interface Seen {
  readonly segment: CompiledSegment
  readonly member: boolean
  readonly given: boolean
  readonly enter: ExplainedRule
  readonly exit: ExplainedRule | null
  readonly group: Group
}

function decider(seen: Seen & { readonly isHeld: boolean }): DecidedBy {
  const { enter, exit, given, group, isHeld, member } = seen
  if (!given) return 'purpose'
  const stay = exit ?? enter
  if (member) {
    const wantsOut = exit === null ? !enter.verdict : exit.verdict === true
    if (wantsOut && isHeld) return 'min_stay'
    return stay.verdict === 'unknown' ? 'unknown' : exit === null ? 'enter' : 'exit'
  }
  if (enter.verdict === 'unknown') return 'unknown'
  if (!enter.verdict) return 'enter'
  if (exit?.verdict === true) return 'exit'
  return group === null ? 'enter' : 'group'
}

function inWords(
  by: DecidedBy,
  { enter, exit, group, member, segment }: Seen,
  purpose: SegmentExplanation['purpose'],
  until: EpochMs | null,
): string {
  const is = member ? 'in' : 'not in'
  switch (by) {
    case 'purpose':
      return `${is}: the purpose ${purpose.name} is ${purpose.state}, so the segment is not decided`
    case 'enter':
      return member
        ? 'in: `enter` holds'
        : enter.verdict === true
          ? 'not in yet: `enter` holds'
          : 'not in: `enter` does not hold'
    case 'exit':
      if (!member)
        return 'not in: `enter` holds, and so does `exit`; whoever would leave at once does not enter'
      return enter.verdict === true
        ? 'in: `enter` holds and `exit` does not'
        : exit?.verdict === true
          ? 'in, and about to leave: `exit` holds'
          : 'in: `enter` does not hold any more, but `exit` does not hold either, so it stays'
    case 'min_stay':
      return `in: the rule would let it go, but it stays at least until ${toIsoOrNull(until) ?? ''}`
    case 'group': {
      const first = group?.before.find(({ wants_in }) => wants_in)
      const other = first?.segment ?? group?.member_of
      return other === undefined || other === null
        ? `not in yet: \`enter\` holds`
        : `not in: \`enter\` holds, but of the group ${segment.group ?? ''} ${other} comes first${
            first === undefined
              ? ' (a minimum stay keeps it)'
              : ` (priority ${first.priority} before ${segment.priority})`
          }`
    }
    case 'unknown':
      return `${is}: what decides is not known, and unknown changes nothing`
    default:
      return by satisfies never
  }
}

function whatWouldChange(
  by: DecidedBy,
  { enter, exit, group, member, segment }: Seen,
  needs: (rule: ExplainedRule, want: boolean) => readonly string[],
): readonly string[] {
  switch (by) {
    case 'purpose':
      return [`consent for ${segment.purpose}`]
    case 'group':
      return (group?.before ?? [])
        .filter(({ wants_in }) => wants_in)
        .map((other) => `${other.segment} lets it go`)
    case 'min_stay':
      return ['the end of the minimum stay']
    case 'enter':
    case 'exit':
    case 'unknown':
      if (member) return exit === null ? needs(enter, false) : needs(exit, true)
      return [
        ...(enter.verdict === true ? [] : needs(enter, true)),
        ...(exit?.verdict === true ? needs(exit, false) : []),
      ]
    default:
      return by satisfies never
  }
}

function explainedPart(
  rule: ExplainedRule,
  view: ProfileView,
  definition: CompiledDefinition,
  because: Because,
  at: EpochMs,
): ExplainedPart {
  const { changesAt, decides, kind, parts, reads, text, verdict } = rule
  return {
    kind,
    text,
    verdict,
    decides,
    changes_at: toIsoOrNull(changesAt),
    parts: parts.map((each) => explainedPart(each, view, definition, because, at)),
    reads: reads.map((name) => readOf(name, view, definition, because, at)),
  }
}
