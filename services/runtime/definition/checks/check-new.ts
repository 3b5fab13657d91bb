import type { FilePath } from '../findings.ts'
import type { PipelineDefinition } from '../schema.ts'
import { identityCapMax } from '../schema-parts.ts'
import type { Report } from './report.ts'
import { slowPattern } from './slow-pattern.ts'
import { timeFormatHint, timeFormatProblem } from './time-format.ts'

/**
 * What is refused of a file that is written now, and not of one that an older release let into the log: services must be able to go on
 * with that. `inForce` holds what can't be taken back, since some of it is fixed within a generation.
 */
export function checkNew(
  definition: PipelineDefinition,
  inForce: PipelineDefinition | null,
  report: Report,
): void {
  const { cap } = definition.identity
  if (cap > identityCapMax)
    report.error(
      'invalid_value',
      ['identity', 'cap'],
      `${cap} identifiers in one profile; at most ${identityCapMax}: a split, an erasure or the end of a profile is one record of Kafka, and one piece of work`,
      {
        hint: `lower it: also of a file in force that says more no profile grows beyond ${identityCapMax}`,
      },
    )
  const known = new Set(inForce === null ? [] : patternsOf(inForce).map(({ text }) => text))
  for (const { path, text } of patternsOf(definition))
    checkCost(text, path, known.has(text) ? 'warning' : 'error', report)
  checkTimes(definition, inForce, report)
}

/** Times of a map that no record's would be read by. One in force reads none either, and somebody may want to deploy the rest. */
function checkTimes(
  { sources }: PipelineDefinition,
  inForce: PipelineDefinition | null,
  report: Report,
): void {
  const known = new Set(inForce?.sources.map(({ map }) => map?.occurred_at?.format))
  for (const [index, { map }] of sources.entries()) {
    const format = map?.occurred_at?.format
    if (format === undefined) continue
    const problem = timeFormatProblem(format)
    if (problem === null) continue
    report[known.has(format) ? 'warning' : 'error'](
      'invalid_value',
      ['sources', index, 'map', 'occurred_at', 'format'],
      `${format} is no format of times: ${problem}`,
      { hint: timeFormatHint },
    )
  }
}

interface Placed {
  readonly path: FilePath
  readonly text: string
}

const placed = (texts: readonly string[], path: FilePath): readonly Placed[] =>
  texts.map((text, index) => ({ path: [...path, index], text }))

/** Everything of a file that may be a /pattern/. */
const patternsOf = ({ identity, sensitive, sources }: PipelineDefinition): readonly Placed[] => [
  ...sources.flatMap(({ topics }, index) => placed(topics, ['sources', index, 'topics'])),
  ...Object.entries(identity.types).flatMap(([type, { blocked }]) =>
    placed(blocked, ['identity', 'types', type, 'blocked']),
  ),
  ...placed(sensitive, ['sensitive']),
]

function checkCost(
  text: string,
  path: FilePath,
  severity: 'error' | 'warning',
  report: Report,
): void {
  const slow = slowPattern(text)
  if (slow === null) return
  const { isProven, message, hint } = slow
  report[isProven ? severity : 'warning']('slow_pattern', path, message, { hint })
}
