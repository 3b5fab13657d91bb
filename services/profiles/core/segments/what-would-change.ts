import { comparisons } from '#runtime/definition/cel/compare.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import type { ExplainedRule, PlainComparison } from '#runtime/definition/rules/explain-rule.ts'
import type { Scalar } from '#runtime/event/event.ts'
import type { EpochMs } from '#runtime/event/ids.ts'
import { toIso } from '#runtime/time/iso.ts'
import type { Because } from './because.ts'
import { inDays } from './in-days.ts'
import type { ProfileView } from './profile-reader.ts'
import { type Read, readOf } from './reads.ts'

/**
 * What would make the rule come out as wanted: a sentence for each test that stands against it. Of an `&&` that is to hold all of them must
 * come, of one that is to end any; `||` the other way round, which the first word then says.
 */
export function needsOf(
  rule: ExplainedRule,
  want: boolean,
  view: ProfileView,
  definition: CompiledDefinition,
  because: Because,
  at: EpochMs,
): readonly string[] {
  const of = (part: ExplainedRule, wanted: boolean): readonly string[] =>
    needsOf(part, wanted, view, definition, because, at)
  if (rule.verdict === want) return []
  switch (rule.kind) {
    case 'not':
      return rule.parts.flatMap((part) => of(part, !want))
    case 'choice':
      return rule.parts.filter(({ decides }) => decides).flatMap((part) => of(part, want))
    case 'and':
    case 'or': {
      const each = rule.parts.map((part) => of(part, want)).filter((needs) => needs.length > 0)
      const allNeeded = (rule.kind === 'and') === want
      return allNeeded || each.length < 2 ? each.flat() : [each.map(joined).join(', or ')]
    }
    case 'test': {
      const reads = rule.reads.map((name) => readOf(name, view, definition, because, at))
      return [needOf(rule, want, reads, definition)]
    }
    default:
      return rule.kind satisfies never
  }
}

const joined = (needs: readonly string[]): string => needs.join(' and ')

function needOf(
  rule: ExplainedRule,
  want: boolean,
  reads: readonly Read[],
  definition: CompiledDefinition,
): string {
  const unknown = reads.find((read) => read.unknown !== null)
  const is = unknown === undefined ? isNow(rule, reads) : `which is unknown: ${whyUnknown(unknown)}`
  const needs = want ? `needs ${rule.text}` : `needs an end of ${rule.text}`
  const how = [
    enough(rule, want, reads, definition),
    rule.changesAt === null || rule.verdict === 'unknown'
      ? null
      : `time alone does it at ${toIso(rule.changesAt)}`,
  ].filter((one) => one !== null)
  return `${needs}, ${is}${how.length === 0 ? '' : `: ${how.join('; ')}`}`
}

/** Why a value can't be told, in words. */
function whyUnknown({ detail, name, unknown }: Read): string {
  switch (unknown) {
    case 'withheld':
      return `${name} needs consent for ${detail ?? ''}`
    case 'stale':
      return `${name} is stale since ${detail ?? ''}`
    case 'no_value':
      return `${name} has no value now`
    case 'never_seen':
    case null:
      return `${name} was never seen`
    default:
      return unknown satisfies never
  }
}

const isNow = ({ comparison }: ExplainedRule, reads: readonly Read[]): string =>
  reads
    .map(({ age_ms, name, value }) => {
      const shown =
        age_ms !== null && comparison?.isAge === true ? inDays(age_ms) : JSON.stringify(value)
      return reads.length === 1 ? `is ${shown}` : `${name} is ${shown}`
    })
    .join(', ') || 'which no event changes'

/** Kinds of which each event adds one, and those of which each adds a value. */
const counting: ReadonlySet<string> = new Set(['count', 'decayed_count', 'window_count'])
const adding: ReadonlySet<string> = new Set(['sum', 'decayed_sum', 'window_sum'])

/** How many events, or how much, would do; null: that can't be told from the rule alone. */
function enough(
  { comparison, reads: names, text }: ExplainedRule,
  want: boolean,
  reads: readonly Read[],
  definition: CompiledDefinition,
): string | null {
  const [read] = reads
  const [name] = names
  const feature = definition.definition.features.find((each) => each.name === name)
  if (read === undefined || feature === undefined || names.length !== 1) return null
  // What is derived of others has no events of its own.
  if (read.unknown === 'withheld' || feature.events.length === 0) return null
  const event = feature.events.join(' or ')
  const which = feature.where === undefined ? event : `${event} (where ${feature.where})`
  if (comparison === null)
    return want && text.startsWith('has(') ? `one more ${which} would do` : null
  if (comparison.isAge) return isMet(comparison, want, 0) ? `one more ${which} would do` : null
  const value = typeof read.value === 'number' ? read.value : 0
  if (typeof comparison.threshold !== 'number') return null
  if (counting.has(feature.kind)) {
    const count = Math.max(1, Math.ceil(comparison.threshold - value))
    const events = [count, count + 1].find((more) => isMet(comparison, want, value + more))
    if (events === undefined) return null
    return events === 1 ? `one more ${which} would do` : `${events} more of ${which} would do`
  }
  if (adding.has(feature.kind)) {
    const missing = comparison.threshold - value
    if (missing < 0 || !isMet(comparison, want, comparison.threshold + 1)) return null
    const unit = feature.currency === undefined ? '' : ` ${feature.currency}`
    return `${Math.ceil(missing * 100) / 100}${unit} more by ${which}`
  }
  return null
}

const isMet = ({ op, threshold }: PlainComparison, want: boolean, value: Scalar): boolean =>
  comparisons[op](value, threshold) === want
