import type { SegmentDefinition } from '#runtime/definition/schema.ts'
import type { GroupSizeJson } from '#runtime/groups/index.ts'
import { percent } from './live-findings.ts'
import type { DiffersView, Overlap } from './rules-view.ts'

/** `1,234`, `<10`, or a dash where nobody looked. */
export function sizeText(group: GroupSizeJson | null): string {
  if (group === null) return '–'
  const { size, size_below: below } = group
  return size === null ? `<${(below ?? 0).toLocaleString('en-US')}` : size.toLocaleString('en-US')
}

/** `loyal (120, 40 % of it)` */
export const overlapText = ({ both, contained, segment }: Overlap): string =>
  `${segment} (${both === null ? 'nearly all of one' : sizeText(both)}${contained === null ? '' : `, ${percent(contained)} of it`})`

/** What differs: a feature or trait, with the value that does. */
export const differingText = ({
  name,
  value,
}: Pick<DiffersView['most'][number], 'name' | 'value'>): string =>
  value === null || value === 'is known' ? name : `${name} ${value}`

export const day = (iso: string | null): string => (iso === null ? '–' : iso.slice(0, 10))

/** `share of people with order_completed within 14d, up` */
export function metricText({
  aggregation,
  direction,
  event,
  value,
  window,
}: SegmentDefinition['success_metric']): string {
  const what =
    aggregation === 'rate'
      ? `share of people with ${event}`
      : aggregation === 'count'
        ? `${event} per person`
        : `sum of ${value ?? 'nothing'} of ${event} per person`
  return `${what} within ${window}, ${direction}`
}
