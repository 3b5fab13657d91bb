import type {
  ExplainedPart,
  SegmentExplanation,
} from '../../profiles/core/segments/explain-segment.ts'
import { inDays } from '../../profiles/core/segments/in-days.ts'
import type { Read } from '../../profiles/core/segments/reads.ts'
import type { PersonExplanation } from './explain-person.ts'
import type { PastExplanation } from './explain-then.ts'
import type { Turn } from './read-turns.ts'

/** Of a person of an installation, now or at a time. */
export function describeExplained(explanation: PersonExplanation | PastExplanation): string {
  const { as_of: at, differing, profile_id: id, rule_version: version } = explanation
  const then = 'made_by' in explanation ? explanation : null
  const lines = [
    `${id} at ${at}${then === null ? '' : ', as was known then'}, by version ${version} of the pipeline file`,
    describeExplanation(explanation).trimEnd(),
    ...(then === null ? [] : turnsInWords(then)),
    ...(differing.length === 0
      ? []
      : [`not what is stored, since events do not reach back so far: ${differing.join(', ')}`]),
    ...(then?.not_kept.map((each) => `not kept any more: ${each}`) ?? []),
  ]
  return `${lines.join('\n')}\n`
}

const turnsInWords = ({ followed_by: next, made_by: made }: PastExplanation): readonly string[] => [
  made === null ? 'no entry or exit by then' : `made so: ${turnInWords(made)}`,
  next === null ? 'no entry or exit since' : `what came next: ${turnInWords(next)}`,
]

function turnInWords({ at, because, cause, rule_version: version, to }: Turn): string {
  const reads = Object.entries(because).map(
    ([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const read = reads.length === 0 ? '' : `: ${reads.join(', ')}`
  return `${to} at ${at} by ${cause}, version ${version}${read}`
}

/** Why, why not, and what would change it: for people. */
export function describeExplanation(explanation: SegmentExplanation): string {
  const { enter, exit, group, in_words, next_change, segment, since, what_would_change } =
    explanation
  const lines = [
    `${segment}: ${in_words}${since === null ? '' : ` (since ${since})`}`,
    'enter:',
    ...describePart(enter, 1),
    ...(exit === null ? [] : ['exit:', ...describePart(exit, 1)]),
    ...(group === null ? [] : [describeGroup(group)]),
    ...(what_would_change.length === 0
      ? []
      : ['what would change it:', ...what_would_change.map((each) => `  - ${each}`)]),
    next_change === null
      ? explanation.looked_to_the_end
        ? 'time alone changes nothing'
        : 'what time alone does is too far ahead to say'
      : `by itself: ${next_change.to} at ${next_change.at}`,
  ]
  return `${lines.join('\n')}\n`
}

function describeGroup({
  before,
  member_of,
  name,
}: NonNullable<SegmentExplanation['group']>): string {
  const first = before.map(
    ({ priority, segment, wants_in }) =>
      `${segment} (priority ${priority}, ${wants_in ? 'holds' : 'does not hold'})`,
  )
  return `group ${name}: in ${member_of ?? 'none of it'}; ${
    first.length === 0 ? 'nothing comes before this one' : `before this one: ${first.join(', ')}`
  }`
}

const mark = (part: ExplainedPart): string => (part.decides ? '>' : ' ')

function describePart(part: ExplainedPart, depth: number): readonly string[] {
  const indent = '  '.repeat(depth)
  const verdict = part.verdict === 'unknown' ? 'unknown' : part.verdict ? 'true' : 'false'
  const changes = part.changes_at === null ? '' : `, may change at ${part.changes_at}`
  if (part.kind === 'test') {
    const reads = part.reads.map(describeRead).join(', ')
    return [
      `${indent}${mark(part)} ${verdict.padEnd(7)} ${part.text}${reads === '' ? '' : `  [${reads}]`}${changes}`,
    ]
  }
  const heading = {
    and: 'all of:',
    or: 'any of:',
    not: 'not:',
    choice: 'if, then, else:',
  }[part.kind]
  return [
    `${indent}${mark(part)} ${verdict.padEnd(7)} ${heading}`,
    ...part.parts.flatMap((each) => describePart(each, depth + 1)),
  ]
}

function describeRead({ age_ms, detail, name, unknown, value }: Read): string {
  if (unknown === 'withheld') return `${name}: withheld, ${detail ?? ''} is not given`
  if (unknown === 'stale') return `${name}: stale since ${detail ?? ''}`
  if (unknown === 'no_value') return `${name}: has no value now`
  if (unknown === 'never_seen') return `${name}: never seen`
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return age_ms === null ? `${name} ${text}` : `${name} ${text}, ${inDays(age_ms)} ago`
}
