import { isEventPath } from '../cel/path.ts'
import { compileRule } from '../rules/compile-rule.ts'
import { ruleNames } from '../rules/names.ts'
import { didYouMean } from '../../spelling/did-you-mean.ts'
import type { PipelineDefinition } from '../schema.ts'
import { checkEventType } from './check-events.ts'
import { reportRule } from './check-features.ts'
import type { Report } from './report.ts'

export function checkSegments(definition: PipelineDefinition, report: Report): void {
  const names = ruleNames({
    features: distinct(definition.features),
    traits: distinct(definition.traits),
  })
  const known = [
    ...names.features.keys(),
    ...[...names.traits.keys()].map((name) => `traits.${name}`),
  ]
  for (const [index, segment] of definition.segments.entries()) {
    for (const field of ['enter', 'exit'] as const) {
      const source = segment[field]
      if (source === undefined) continue
      const outcome = compileRule(names, source)
      if (!outcome.ok) {
        const { problem } = outcome
        const unknown = /^(?:Unknown variable|No such key): (\S+)$/.exec(problem.message)?.[1]
        reportRule(
          unknown === undefined
            ? problem
            : {
                offset: problem.offset,
                message: `${unknown} is no feature and no trait`,
                hint: unknown === 'consent' ? consentHint : didYouMean(unknown, known),
              },
          ['segments', index, field],
          report,
        )
      }
    }
    const { success_metric: metric } = segment
    const path = ['segments', index, 'success_metric']
    checkEventType(metric.event, [...path, 'event'], report)
    if (metric.aggregation === 'sum' && metric.value === undefined)
      report.error('metric_shape', path, 'a sum needs the value that it adds up')
    if (metric.value !== undefined && !isEventPath(metric.value))
      report.error('invalid_path', [...path, 'value'], `${metric.value} is no path into an event`)
  }
}

const consentHint =
  'no rule asks for consent: a segment has whom its purpose may have, so give it that purpose'

const distinct = <T extends { readonly name: string }>(all: readonly T[]): T[] => [
  ...new Map(all.map((each) => [each.name, each])).values(),
]
