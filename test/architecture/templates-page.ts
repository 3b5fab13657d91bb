import type {
  FeatureDefinition,
  PipelineDefinition,
  SegmentDefinition,
} from '#runtime/definition/schema.ts'
import { type TemplateName, templates } from '../../services/cli/init/templates.ts'

/** The part of docs/templates.md that one template's own file writes. */
export function templateSection(name: TemplateName, definition: PipelineDefinition): string {
  const { features, segments, sources, traits } = definition
  const groups = [...new Set(segments.flatMap(({ group }) => group ?? []))]
  const alone = segments.filter(({ group }) => group === undefined)
  return [
    `## ${name}`,
    `For ${templates[name]}. Sources: ${sources.map((one) => `\`${one.source}\` (${one.channel}${named(one)})`).join(', ')}. Identifiers, best first: ${definition.identity.priority.map(code).join(', ')}.`,
    `Traits: ${traits.map((trait) => `${code(trait.name)}${trait.keep === undefined ? '' : ` (kept ${trait.keep})`}`).join(', ')}. Purposes: ${Object.entries(
      definition.purposes,
    )
      .map(([purpose, told]) => `${code(purpose)} (${told})`)
      .join(', ')}.`,
    table(['Feature', 'Kind', 'Reads', 'Purpose', 'What it says'], features.map(featureRow)),
    ...groups.map((group) =>
      [
        `Of \`${group}\` a person is in one segment at most, the first whose rule holds:`,
        '',
        segmentTable(segments.filter((segment) => segment.group === group)),
      ].join('\n'),
    ),
    ['Beside it, each for itself:', '', segmentTable(alone)].join('\n'),
  ].join('\n\n')
}

const named = ({ map, name }: PipelineDefinition['sources'][number]): string => {
  const shown = name ?? map?.source
  return shown === undefined ? '' : `, as \`${shown}\``
}

const segmentTable = (segments: readonly SegmentDefinition[]): string =>
  table(
    ['Priority', 'Segment', 'Who', 'Rule', 'Purpose'],
    segments
      .toSorted((a, b) => a.priority - b.priority)
      .map((segment) => [
        String(segment.priority),
        code(segment.name),
        // What stands before the dash is where in the table it is.
        segment.description.replace(/^[^-]* - /, ''),
        rule(segment),
        code(segment.purpose),
      ]),
  )

function rule({ enter, exit, min_stay: stay }: SegmentDefinition): string {
  const parts = [code(enter)]
  if (exit !== undefined) parts.push(`out: ${code(exit)}`)
  if (stay !== undefined) parts.push(`stays ${stay} at least`)
  return parts.join('; ')
}

const featureRow = (feature: FeatureDefinition): readonly string[] => [
  code(feature.name),
  [feature.kind, feature.half_life, feature.window, feature.currency].filter(Boolean).join(' '),
  reads(feature),
  code(feature.purpose),
  feature.description,
]

function reads(feature: FeatureDefinition): string {
  const {
    denominator,
    events,
    formula,
    frequency,
    key,
    monetary,
    numerator,
    of,
    recency,
    value,
    where,
  } = feature
  const derivedOf = [of, numerator, denominator, recency, frequency, monetary, formula]
  const parts = [...events, ...derivedOf.flatMap((one) => one ?? [])].map(code)
  const field = key ?? value
  return [
    parts.join(' '),
    ...(field === undefined ? [] : [`its ${code(field)}`]),
    ...(where === undefined ? [] : [`where ${code(where)}`]),
  ].join(', ')
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

const code = (text: string): string =>
  `\`${text.trim().replaceAll(/\s+/g, ' ').replaceAll('|', '\\|')}\``
