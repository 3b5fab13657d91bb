import { didYouMean } from '../../spelling/did-you-mean.ts'
import { anonymousTypes, type PipelineDefinition } from '../schema.ts'
import type { Report } from './report.ts'

/**
 * Types that name nobody come last in the order: else an event that names somebody known could be filed under one of them, and the profile would
 * look as if nobody was known.
 */
export function checkExpire({ expire, identity }: PipelineDefinition, report: Report): void {
  const { anonymous, types } = expire
  if (types !== undefined && anonymous === undefined)
    report.error('missing_key', ['expire'], 'types without a time: nobody would expire', {
      hint: 'add anonymous, such as 400d',
    })
  for (const [index, type] of (types ?? []).entries())
    if (!identity.priority.includes(type))
      report.error(
        'unknown_identifier_type',
        ['expire', 'types', index],
        `${type} has no place in the priority list`,
        { hint: didYouMean(type, identity.priority) },
      )
  if (anonymous === undefined) return
  const nobody = new Set(types ?? anonymousTypes)
  const first = identity.priority.findIndex((type) => nobody.has(type))
  const known =
    first < 0 ? undefined : identity.priority.slice(first).find((type) => !nobody.has(type))
  if (known !== undefined)
    report.error(
      'identifier_shape',
      types === undefined ? ['expire', 'anonymous'] : ['expire', 'types'],
      `${known} comes after ${identity.priority[first]} in identity.priority: whoever is known by it would expire as if nobody was`,
      { hint: 'types that name nobody come last' },
    )
}
