import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { injectedChanges } from './injected-changes.ts'
import { type Heard, injectedInto, isFound, isRight } from './measure-injected.ts'
import { injectedSection, sectionOf, withSection, wordsOf } from './page.ts'
import { type Source, sourceOf } from './shop.ts'
import { createWatch, usualPlan } from './watch.ts'

// Two seeds of each change in every run of the tests; `npm run drift:injected` has twenty, whose matrix stands in the README of drift.

const readme = readFileSync(new URL('../../services/drift/README.md', import.meta.url), 'utf8')

describe('a change that is made to a shop', () => {
  let heard: readonly Heard[]
  beforeAll(() => {
    heard = [21, 22].flatMap((seed) => injectedInto(seed))
  })

  it.each(injectedChanges.map(({ name }) => name))(
    '%s: is found within three windows, and nothing else is named',
    (name) => {
      const own = heard.filter(({ change }) => change.name === name)
      expect(own).toHaveLength(2)
      expect(own.filter((one) => !isFound(one) || !isRight(one))).toEqual([])
    },
  )

  it('is one alert: a lull raises one of silence, and what follows from a silent source is on the record alone', () => {
    const silent = heard.filter(({ change }) => change.cause === 'freshness')
    expect(silent.map(({ told, named }) => [told, ...named])).toEqual(
      silent.map(() => [1, 'freshness']),
    )
    expect(heard.some(({ inhibited }) => inhibited > 0)).toBe(true)
  })

  it('stands in the README as the script writes it', () => {
    const text = injectedSection(heard)
    expect(wordsOf(sectionOf(readme, 'drift:injected'))).toEqual(wordsOf(text))
    expect(sectionOf(withSection(readme, 'drift:injected', text), 'drift:injected')).toBe(text)
    const [, right, all] = /(\d+) of (\d+) were found in time/.exec(readme) ?? []
    expect(right).toBe(all)
    expect(right).toBeDefined()
    for (const { name } of injectedChanges) expect(readme).toContain(`| ${name} |`)
  })
})

/** Alerts that are told in six weeks of which a source is silent in the first days. */
function toldAfter(seed: number, source: Source, days: number) {
  const plan = usualPlan(seed)
  const watch = createWatch(plan)
  const back = plan.warmUpDays + 28 + days
  return Array.from({ length: 42 }, () =>
    watch
      .day({
        deeds: (deeds) => deeds.filter(({ kind, at }) => at >= back || sourceOf(kind) !== source),
      })
      .notices.filter(({ inhibited, turn }) => !inhibited && turn === 'opened'),
  ).flat()
}

describe('a source that comes back, and nobody labels why it was away', () => {
  it('has raised one alert in six weeks after two days, though features sink before they rise, and weekdays remember', () => {
    const told = toldAfter(23, 'email/sendgrid', 2)
    expect(told.map(({ assessment }) => assessment.subject)).toEqual([
      { kind: 'freshness', name: 'email/sendgrid' },
    ])
  })

  it('has raised one worse than info after five: its windows are no reference of what is made from it', () => {
    const told = toldAfter(23, 'web/segment', 5).filter(
      ({ episode }) => episode.severity !== 'info',
    )
    expect(told.map(({ assessment }) => assessment.subject)).toEqual([
      { kind: 'freshness', name: 'web/segment' },
    ])
  })
})
