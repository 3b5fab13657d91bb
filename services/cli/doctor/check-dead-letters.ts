import { percent, plural } from '../shell/words.ts'
import type { ClickHouseFacts } from './facts.ts'
import { type Finding, notLooked, ok, problem, warning } from './finding.ts'

const shareHigh = 0.02
const shareVeryHigh = 0.2
const reasonsShownMax = 3

/** Dead letters of the last hour, as a share of what came. */
export function checkDeadLetters(fact: ClickHouseFacts['lastHour']): Finding {
  if (!fact.read) return notLooked('dead_letters', fact)
  const { events, letters } = fact.value
  const refused = letters.reduce((sum, { n }) => sum + n, 0)
  if (refused === 0) return ok('dead_letters', 'none in the last hour')
  const share = refused / (events + refused)
  const reasons = letters
    .toSorted((a, b) => b.n - a.n)
    .slice(0, reasonsShownMax)
    .map(({ reason, n }) => `${reason} ${n}`)
    .join(', ')
  const message = `${plural(refused, 'dead letter')} in the last hour, ${percent(share)} of what came: ${reasons}`
  const fix = `tributary deadletter list --where since=1h says of which sources; docs/dead-letter-reasons.md what each means.`
  if (share > shareVeryHigh) return problem('dead_letters', message, fix)
  return share > shareHigh ? warning('dead_letters', message, fix) : ok('dead_letters', message)
}
