import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { tableCells } from '../support/markdown.ts'
import { missed } from './goals.ts'
import { measureQuality, type Quality } from './measure.ts'
import { qualitySection, rows, withSection } from './page.ts'

// A small world in every run of the tests; `npm run quality:identity` runs the large one, whose figures stand in the README of identity.

const readme = readFileSync(new URL('../../services/identity/README.md', import.meta.url), 'utf8')

describe('identity, held against a world of which all is known', () => {
  let quality: Quality
  beforeAll(() => {
    quality = measureQuality({ seed: 1, events: 20_000, people: 2000 })
  })

  it('meets its goals', () => {
    expect(missed(quality.tributary)).toEqual([])
  })

  it('has something to show: the world has devices that two use, junk, and giants for who merges whatever meets', () => {
    const { tributary, naive } = quality
    expect(tributary.linkablePairs).toBeGreaterThan(5000)
    expect(tributary.deviceSharers).toBeGreaterThan(10)
    expect(naive.mergedThroughDevice).toBe(naive.deviceSharers)
    expect(naive.junkMerges).toBeGreaterThan(10)
    expect(naive.giants).toBeGreaterThan(0)
    expect(missed(naive)).toHaveLength(3)
    expect(Object.keys(tributary.decisions).map((name) => name.split(' ')[0])).toEqual(
      expect.arrayContaining(['ambiguous', 'block', 'merge', 'refuse']),
    )
  })

  it('is written down with the rows that the script writes', () => {
    const cells = tableCells(readme).map(([name]) => name)
    expect(cells).toEqual(expect.arrayContaining(rows.map(({ name }) => name)))
    expect(withSection(readme, quality)).toContain(qualitySection(quality))
  })
})
