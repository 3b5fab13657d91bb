import { env } from 'node:process'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../random.ts'
import { seedFrom } from '../seed.ts'
import { changesOf, type Look, type NaiveTransition, naiveTransitions } from './naive.ts'
import { makePlan, type Plan, yearEnd, yearStart } from './plan.ts'
import { celOf, runPlan } from './run-plan.ts'

// Exits in time: random rules of every comparison that lint lets pass, over sparse histories of a year, and each transition at the millisecond that an oracle
// finds which only looks. `TRIBUTARY_SEED=17 npx vitest run --project model test/model/exits` runs one, TRIBUTARY_YEARS=5000 so many.

/** A sum in another order differs in its last bits, and so may the millisecond at which it falls below a threshold. */
const tickMs = 1

const yearsWanted = (): number => {
  // oxlint-disable-next-line node/no-process-env -- a test's own switch
  const text = env['TRIBUTARY_YEARS']
  return text === undefined || text === '' ? 400 : Number(text)
}

const ofSegment = (all: readonly NaiveTransition[], segment: string): readonly NaiveTransition[] =>
  all.filter((each) => each.segment === segment)

const iso = (at: number): string => new Date(at).toISOString()

/** What differs, in words; null: nothing. */
function difference(plan: Plan): {
  readonly text: string | null
  readonly exits: number
  readonly byTime: number
} {
  const random = createRandom(1)
  const misses: string[] = []
  // The oracle's own check: between the moments that it found, nothing changes at any moment that chance picks.
  const probe = (look: Look, from: number, to: number): void => {
    for (const { enter, exit } of plan.segments)
      for (const rule of exit === null ? [enter] : [enter, exit]) {
        const at = from + 1 + random.below(to - from)
        const moments = look.leaves(rule).flatMap((leaf) => changesOf(leaf, from, at))
        const last = Math.max(from, ...moments)
        if (look.verdict(rule, at) !== look.verdict(rule, last))
          misses.push(`the oracle missed a change of ${celOf(rule)} before ${iso(at)}`)
      }
  }
  const wanted = naiveTransitions(plan, yearEnd, probe)
  const came = runPlan(plan, yearEnd)
  const last = plan.happenings.at(-1)?.receivedAt ?? yearStart
  for (const { name } of plan.segments) {
    const expected = ofSegment(wanted, name)
    const actual = ofSegment(came.transitions, name)
    for (let index = 0; index < Math.max(expected.length, actual.length); index++) {
      const [a, b] = [expected[index], actual[index]]
      if (
        a?.to === b?.to &&
        a?.cause === b?.cause &&
        Math.abs((a?.at ?? 0) - (b?.at ?? 0)) <= tickMs
      )
        continue
      const shown = (one: NaiveTransition | undefined): string =>
        one === undefined ? 'nothing' : `${one.to} at ${iso(one.at)} (${one.cause})`
      misses.push(`${name}, transition ${index + 1}: ${shown(a)}, but came ${shown(b)}`)
      break
    }
    const next = expected.find(({ at }) => at > last)
    const foreseen = came.foreseen.get(name)
    if (next !== undefined && Math.abs((foreseen?.at ?? 0) - next.at) > tickMs)
      misses.push(
        `${name}: ${next.to} at ${iso(next.at)} was not foreseen, but ${foreseen === undefined ? 'nothing' : iso(foreseen.at)}`,
      )
  }
  const byTime = came.transitions.filter(({ cause }) => cause === 'timer')
  return {
    text: misses.length === 0 ? null : misses.join('\n'),
    exits: byTime.filter(({ to }) => to === 'exited').length,
    byTime: byTime.length,
  }
}

const rulesOf = ({ segments }: Plan): string =>
  segments
    .map(
      ({ enter, exit, group, minStayMs, name, priority }) =>
        `${name} (${priority}, ${group ?? 'no group'}, ${minStayMs ?? 0} ms): ${celOf(enter)}${exit === null ? '' : ` until ${celOf(exit)}`}`,
    )
    .join('\n')

describe('over a simulated year', () => {
  it('every transition comes at the moment that an oracle finds which only looks', () => {
    const only = seedFrom()
    let exits = 0
    let byTime = 0
    for (let seed = only ?? 1; seed <= (only ?? yearsWanted()); seed++) {
      const plan = makePlan(createRandom(seed))
      const found = difference(plan)
      expect({ seed, rules: rulesOf(plan), text: found.text }).toMatchObject({ text: null })
      exits += found.exits
      byTime += found.byTime
    }
    // A comparison of nothing with nothing proves nothing.
    const years = only === null ? yearsWanted() : 0
    expect(exits).toBeGreaterThanOrEqual(years / 2)
    expect(byTime).toBeGreaterThanOrEqual(years)
  })
})
