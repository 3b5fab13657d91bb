import { type RuleNames, ruleNames } from '../names.ts'
import type { PipelineDefinition, SegmentDefinition } from '../../schema.ts'
import { type Domains, domainsOf } from './domain.ts'
import { both, either, fails, type Formula, holds, negated } from './formula.ts'
import { createRuleReader } from './read-rule.ts'
import { type Answer, createSearch, type Limits } from './search.ts'

/** A segment whose rules could be read. */
export interface ReadSegment {
  readonly index: number
  readonly segment: SegmentDefinition
  readonly enter: Formula
  readonly exit: Formula | null
}

/** Questions about the segments of one file; every answer is about all profiles that there can be. */
export interface Questions {
  /** Those whose rules are valid, in the file's order. */
  readonly segments: readonly ReadSegment[]
  canEnter(of: ReadSegment): Answer
  /** Whether there is anybody, with everything known that the rule reads, for whom it does not hold. */
  canFail(of: ReadSegment): Answer
  canExit(of: ReadSegment): Answer
  /** Whether somebody meets both, `enter` and `exit`. */
  canMeetBoth(of: ReadSegment): Answer
  /** Whether somebody meets `enter` and not `exit`, who alone gets in. */
  canGetIn(of: ReadSegment): Answer
  /** Whether the rules of one ever say other than those of the other. */
  canDiffer(a: ReadSegment, b: ReadSegment): Answer
  /** Whether somebody wants into `of` and into none of `before`. */
  canBeLeft(of: ReadSegment, before: readonly ReadSegment[]): Answer
}

export function createQuestions(
  definition: Pick<PipelineDefinition, 'features' | 'traits' | 'segments'>,
  limits?: Limits,
): Questions {
  const names: RuleNames = ruleNames(definition)
  const domains: Domains = domainsOf(definition)
  const reader = createRuleReader(names, domains)
  const segments = definition.segments.flatMap((segment, index): ReadSegment[] => {
    const enter = reader.read(segment.enter)
    const exit = segment.exit === undefined ? null : reader.read(segment.exit)
    const isRead = enter !== null && (segment.exit === undefined || exit !== null)
    return isRead ? [{ index, segment, enter, exit }] : []
  })
  const can = createSearch(reader, domains, limits)
  return {
    segments,
    canEnter: ({ enter }) => can(holds(enter)),
    canFail: ({ enter }) => can(fails(enter)),
    canExit: ({ exit }) => (exit === null ? impossible : can(holds(exit))),
    canMeetBoth: ({ enter, exit }) =>
      exit === null ? impossible : can(both(holds(enter), holds(exit))),
    canGetIn: (of) => can(getsIn(of)),
    canDiffer: (a, b) =>
      firstPossible([
        () => can(differ(holds(a.enter), holds(b.enter))),
        () => can(differ(leaves(a), leaves(b))),
      ]),
    canBeLeft: (of, before) =>
      can(before.reduce((all, each) => both(all, negated(getsIn(each))), getsIn(of))),
  }
}

const impossible: Answer = { kind: 'never' }

/** If both hold, nobody enters. */
const getsIn = ({ enter, exit }: ReadSegment): Formula =>
  exit === null ? holds(enter) : both(holds(enter), negated(holds(exit)))

/** Without an `exit` a member leaves as soon as `enter` no longer holds; unknown never leaves. */
const leaves = ({ enter, exit }: ReadSegment): Formula =>
  exit === null ? fails(enter) : holds(exit)

const differ = (a: Formula, b: Formula): Formula => either(both(a, negated(b)), both(negated(a), b))

/** That something is possible needs one way; that it never is, or is not decided, all of them. */
function firstPossible(ways: readonly (() => Answer)[]): Answer {
  const answers: Answer[] = []
  for (const way of ways) {
    const answer = way()
    if (answer.kind === 'possible') return answer
    answers.push(answer)
  }
  return answers.find(({ kind }) => kind !== 'never') ?? impossible
}
