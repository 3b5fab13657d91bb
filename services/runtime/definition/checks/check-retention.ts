import { didYouMean } from '../../spelling/did-you-mean.ts'
import type { FeatureDefinition, PipelineDefinition } from '../schema.ts'
import { durationMs } from '../schema-parts.ts'
import { halfLivesKept, horizonOf } from './horizon.ts'
import type { Report } from './report.ts'

const dayMs = 86_400_000
/** Names in one message. */
const namesShown = 5

/** A rebuild folds what `events` holds: rows must live as long as they count for anything, unless the file says that their loss is meant. */
export function checkRetention({ retention, features }: PipelineDefinition, report: Report): void {
  const accepted = retention.rebuild_loses
  const names = features.map(({ name }) => name)
  for (const [index, name] of accepted.entries())
    if (!names.includes(name))
      report.error('invalid_value', ['retention', 'rebuild_loses', index], `no feature ${name}`, {
        hint: didYouMean(name, names),
      })
  if (retention.events === undefined) return
  const keptMs = durationMs(retention.events)
  const path = ['retention', 'events']
  const held = features.filter(({ name }) => !accepted.includes(name))
  const endless = held.filter((feature) => horizonOf(feature) === 'forever')
  if (endless.length > 0)
    report.error(
      'events_too_short',
      path,
      `events of any age count for ${listed(endless)}: a rebuild would lose what is older than ${retention.events}`,
      {
        hint: 'leave retention.events out, give the features a window or a half_life, or list them in retention.rebuild_loses',
      },
    )
  const shortened = held.filter((feature) => {
    const horizon = horizonOf(feature)
    return horizon !== 'forever' && horizon > keptMs
  })
  if (shortened.length === 0) return
  const longest = Math.max(...shortened.map(horizonOf).filter((ms) => ms !== 'forever'))
  report.error(
    'events_too_short',
    path,
    `${listed(shortened)} read events for up to ${Math.ceil(longest / dayMs)} days (a window, or ${halfLivesKept} half-lives): a rebuild would lose what is older than ${retention.events}`,
    {
      hint: `at least ${Math.ceil(longest / dayMs)}d, a shorter window or half_life, or list them in retention.rebuild_loses`,
    },
  )
}

function listed(features: readonly FeatureDefinition[]): string {
  const names = features.slice(0, namesShown).map(({ name }) => name)
  const more = features.length - names.length
  return more > 0 ? `${names.join(', ')} and ${more} more` : names.join(', ')
}
