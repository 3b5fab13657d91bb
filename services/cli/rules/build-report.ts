import type { Finding } from '#runtime/definition/findings.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { coldStarts, givesWayTo } from '#runtime/definition/rules/cold-start.ts'
import { ruleNames } from '#runtime/definition/rules/names.ts'
import type { PipelineDefinition, SegmentDefinition } from '#runtime/definition/schema.ts'
import { groupShare, groupSize, groupSizeJson } from '#runtime/groups/index.ts'
import type { Differences, Overrides, RuleChange, RuleFacts } from './facts.ts'
import { ruleInWords } from './in-words.ts'
import { isHomogeneous } from './live-findings.ts'
import type { DiffersView, OverriddenBy, Overlap, RulesReport, RuleView } from './rules-view.ts'

const dayMs = 86_400_000
const shownDifferencesMax = 5

/** Everything that was found out. Null: it could not be. */
export interface Known {
  readonly facts: RuleFacts | null
  readonly differences: ReadonlyMap<string, Differences>
  readonly overrides: Overrides | null
  readonly changes: ReadonlyMap<string, RuleChange & { readonly hash: string }> | null
  readonly findings: readonly Finding[]
  readonly unknown: readonly string[]
}

export function buildReport(
  file: string,
  { definition, segments }: Pick<CompiledDefinition, 'definition' | 'segments'>,
  known: Known,
  now: Date,
): RulesReport {
  const { facts, unknown } = known
  const cold = coldStarts(segments)
  const compiled = new Map(segments.map((segment) => [segment.name, segment]))
  return {
    file,
    at: now.toISOString(),
    population: facts === null ? null : groupSizeJson(groupSize(facts.population, facts.least)),
    rules: definition.segments.map((segment, index) => {
      const own = compiled.get(segment.name)
      return {
        ...ruleView(segment, index, definition, own?.ruleHash ?? '', known, now),
        cold_start: cold.get(segment.name) === true,
        gives_way_to: own === undefined ? [] : givesWayTo(own, segments),
      }
    }),
    unknown,
  }
}

function ruleView(
  segment: SegmentDefinition,
  index: number,
  definition: PipelineDefinition,
  hash: string,
  { changes, differences, facts, findings, overrides }: Known,
  now: Date,
): Omit<RuleView, 'cold_start' | 'gives_way_to'> {
  const { name } = segment
  // Without facts there is no size, and none would be told.
  const least = facts?.least ?? Number.MAX_SAFE_INTEGER
  const own = facts?.segments.get(name) ?? null
  const change = changes?.get(name)
  const compared = differences.get(name)
  return {
    segment: name,
    description: segment.description,
    owner: segment.owner,
    objective: segment.objective,
    purpose: segment.purpose,
    trigger: {
      enter: segment.enter,
      exit: segment.exit ?? null,
      min_stay: segment.min_stay ?? null,
      in_words: triggerInWords(segment, definition),
    },
    success_metric: segment.success_metric,
    group: segment.group ?? null,
    priority: segment.priority,
    review_by: segment.review_by,
    review_overdue_days: Math.floor((now.getTime() - Date.parse(segment.review_by)) / dayMs),
    size: own === null ? null : groupSizeJson(groupSize(own.members, least)),
    share:
      own === null || facts === null
        ? null
        : groupShare(Math.min(own.members, facts.population), facts.population, least),
    decided_by_this_rule:
      own === null || own.ruleHashes.length === 0
        ? null
        : own.ruleHashes.every((one) => one === hash),
    // What the log has under this name may be another rule than the file's.
    last_change:
      change === undefined || change.hash !== hash
        ? null
        : { version: change.version, at: change.at, by: change.by },
    // Of a few people a moment is as good as a name.
    last_entry:
      own === null || groupSize(own.everEntered, least).kind === 'below' ? null : own.lastEntry,
    ever_entered: own === null ? null : own.lastEntry !== null,
    overlaps: facts === null ? null : overlapsOf(name, facts),
    overridden_by: overrides === null ? null : overriddenBy(name, overrides, least),
    differs: compared === undefined || compared === null ? null : differsView(compared),
    findings: findings.filter(({ path }) => path.startsWith(`segments[${index}]`)),
  }
}

function triggerInWords(
  { enter, exit, min_stay }: SegmentDefinition,
  definition: Pick<PipelineDefinition, 'features' | 'traits'>,
): string {
  const names = ruleNames(definition)
  const leaves = exit === undefined ? '' : `; out when ${ruleInWords(names, exit)}`
  const stays = min_stay === undefined ? '' : `; stays at least ${min_stay}`
  return `in when ${ruleInWords(names, enter)}${leaves}${stays}`
}

function overlapsOf(name: string, { least, segments, shared }: RuleFacts): readonly Overlap[] {
  const size = segments.get(name)?.members ?? 0
  return shared
    .flatMap(({ a, b, members: both }): { other: string; both: number }[] => {
      const other = a === name ? b : b === name ? a : null
      return other === null ? [] : [{ other, both }]
    })
    .toSorted((a, b) => b.both - a.both || (a.other < b.other ? -1 : 1))
    .map(({ both, other }) => {
      const others = segments.get(other)?.members ?? 0
      const either = size + others - both
      return {
        segment: other,
        both: bothOf(both, [size, others], least),
        // Read one after another, counts may not fit together for a moment.
        jaccard: both > either ? null : groupShare(both, either, least),
        contained: both > size ? null : groupShare(both, size, least),
      }
    })
}

/** Of two segments whose sizes are told, too. */
function bothOf(both: number, sizes: readonly number[], least: number): Overlap['both'] {
  const told = groupSize(both, least)
  const isFew = (size: number): boolean =>
    groupSize(size, least).kind === 'shown' &&
    groupSize(Math.max(0, size - both), least).kind === 'below'
  return told.kind === 'shown' && sizes.some(isFew) ? null : groupSizeJson(told)
}

function overriddenBy(
  name: string,
  { overrides, population, sample, untold }: Overrides,
  least: number,
): readonly OverriddenBy[] | null {
  if (untold.has(name)) return null
  return overrides
    .filter(({ loser }) => loser === name)
    .toSorted((a, b) => b.touched - a.touched || (a.winner < b.winner ? -1 : 1))
    .map(({ touched, winner }) => {
      const isSample = sample < population
      const all = isSample && sample > 0 ? Math.round((touched * population) / sample) : touched
      return {
        segment: winner,
        touched: groupSizeJson(groupSize(all, least)),
        estimated: isSample,
      }
    })
}

function differsView(differences: NonNullable<Differences>): DiffersView {
  const free = differences.filter(({ read }) => !read).slice(0, shownDifferencesMax)
  const read = differences.filter((one) => one.read).slice(0, 1)
  return { most: [...free, ...read], homogeneous: isHomogeneous(differences) }
}
