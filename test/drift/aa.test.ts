import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { falsePerSeed, goalPerSeed, type QuietYear, quietYear } from './measure-aa.ts'
import { aaSection, sectionOf, withSection, wordsOf } from './page.ts'

// Sixty days of one seed in every run of the tests; `npm run drift:aa` runs ten years, whose figures stand in the README of drift.

const readme = readFileSync(new URL('../../services/drift/README.md', import.meta.url), 'utf8')

describe('a shop in which nothing changes', () => {
  let year: QuietYear
  beforeAll(() => {
    year = quietYear(11, 60)
  })

  it('calls nobody for sixty days', () => {
    expect(year.falseEpisodes).toEqual([])
  })

  it('was watched: fifty features and more, which chance moves a little', () => {
    expect(year.subjects).toBeGreaterThan(80)
    expect(year.largestPsi).toBeGreaterThan(0)
  })

  it('stands in the README as the script writes it, with at most one false episode a seed', () => {
    const text = aaSection([year])
    expect(wordsOf(sectionOf(readme, 'drift:aa'))).toEqual(wordsOf(text))
    expect(sectionOf(withSection(readme, 'drift:aa', text), 'drift:aa')).toBe(text)
    const [, written] = /\*\*([\d.]+) false episodes a seed\*\*/.exec(readme) ?? []
    expect(Number(written)).toBeLessThanOrEqual(goalPerSeed)
    expect(falsePerSeed([year])).toBe(0)
  })
})
