import type { EpochMs } from '../event/ids.ts'
import { analyseFeatures } from './derived/analyse.ts'
import type { Finding, Observation } from './findings.ts'
import { inFileOrder, parseNewPipeline } from './parse-pipeline.ts'
import { compileRule } from './rules/compile-rule.ts'
import { lintRules } from './rules/decide/lint-rules.ts'
import { ruleNames } from './rules/names.ts'
import { durationMs } from './schema-parts.ts'
import type { PipelineDefinition } from './schema.ts'

const dayMs = 86_400_000
/** Half a year: after that nobody remembers why the segment is there. */
const reviewGraceDays = 183
/** Below it no silence is news, and two windows of three are a matter of minutes. */
const driftWindowShortestMs = 3_600_000
/** Beyond it four weeks hold less than two windows to compare with. */
const driftWindowLongestMs = 14 * dayMs
/** More than that nobody keeps an eye on. */
const segmentsMax = 20

/** All findings about a pipeline file, in the file's order: its mistakes, and what is allowed but odd at the time `at`. */
export function lintPipeline(text: string, at: EpochMs): readonly Finding[] {
  const { definition, findings, locate } = parseNewPipeline(text)
  if (definition === null) return findings
  return [...findings, ...oddities(definition, at).map(locate)].toSorted(inFileOrder)
}

function oddities(definition: PipelineDefinition, at: EpochMs): readonly Observation[] {
  return [
    ...lintRules(definition),
    ...overdueReviews(definition, at),
    ...tooManySegments(definition),
    ...unreadFeatures(definition),
    ...unusedPurposes(definition),
    ...oddDriftWindow(definition),
  ]
}

function overdueReviews(definition: PipelineDefinition, at: EpochMs): readonly Observation[] {
  return definition.segments.flatMap(({ name, owner, review_by: due }, index): Observation[] => {
    const days = Math.floor((at - Date.parse(due)) / dayMs)
    return days <= reviewGraceDays
      ? []
      : [
          {
            severity: 'warning',
            code: 'review_overdue',
            message: `the review of ${name} was due ${days} days ago`,
            hint: `ask ${owner} whether it stays, then set a new date or remove it`,
            path: ['segments', index, 'review_by'],
          },
        ]
  })
}

function tooManySegments({ segments }: PipelineDefinition): readonly Observation[] {
  if (segments.length <= segmentsMax) return []
  return [
    {
      severity: 'warning',
      code: 'too_many_segments',
      message: `${segments.length} segments; more than ${segmentsMax} nobody keeps an eye on`,
      hint: 'remove those whose success metric nobody reads',
      path: ['segments', segmentsMax],
    },
  ]
}

function unreadFeatures(definition: PipelineDefinition): readonly Observation[] {
  const names = ruleNames(definition)
  const read = new Set(
    definition.segments
      .flatMap(({ enter, exit }) => (exit === undefined ? [enter] : [enter, exit]))
      .flatMap((source) => {
        const rule = compileRule(names, source)
        return rule.ok ? rule.value.readsFeatures : []
      }),
  )
  for (const { reads } of analyseFeatures(definition.features).values())
    for (const name of reads) read.add(name)
  return definition.features.flatMap(({ name }, index): Observation[] =>
    read.has(name)
      ? []
      : [
          {
            severity: 'info',
            code: 'unread_feature',
            message: `no segment and no other feature reads ${name}`,
            hint: 'fine if somebody queries its column',
            path: ['features', index, 'name'],
          },
        ],
  )
}

function unusedPurposes(definition: PipelineDefinition): readonly Observation[] {
  const named = new Set(
    [...definition.features, ...definition.traits, ...definition.segments].map(
      ({ purpose }) => purpose,
    ),
  )
  return Object.keys(definition.purposes).flatMap((purpose): Observation[] =>
    named.has(purpose)
      ? []
      : [
          {
            severity: 'info',
            code: 'unused_purpose',
            message: `no feature, trait or segment has the purpose ${purpose}`,
            path: ['purposes', purpose],
            atKey: true,
          },
        ],
  )
}

function oddDriftWindow({ drift: { window } }: PipelineDefinition): readonly Observation[] {
  const ms = durationMs(window)
  if (ms >= driftWindowShortestMs && ms <= driftWindowLongestMs) return []
  const why =
    ms < driftWindowShortestMs
      ? 'silences are told from an hour on, and each run reads all profiles'
      : 'windows are compared with those of four weeks, which hold less than two of them'
  return [
    {
      severity: 'warning',
      code: 'odd_drift_window',
      message: `a drift window of ${window}: ${why}`,
      hint: 'between 1h and 14d; 1d is what was measured',
      path: ['drift', 'window'],
    },
  ]
}
