import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { tableCells } from '../support/markdown.ts'

const root = join(import.meta.dirname, '..', '..')
const pages = ['email', 'web', 'crm', 'identity', 'profiles', 'drift', 'runtime'].map(
  (service) => `services/${service}/README.md`,
)

/** Cells of the rows of the table under that heading, the header's first. */
function tableUnder(heading: string, page: string): readonly (readonly string[])[] {
  const [, after = ''] = page.split(`\n## ${heading}\n`)
  const [section = ''] = after.split('\n## ')
  return tableCells(section)
}

it.each(pages)('each row of "When it fails" in %s names tests that there are', (path) => {
  const [header = [], ...rows] = tableUnder('When it fails', readFileSync(join(root, path), 'utf8'))
  expect(header.at(-1)).toBe('Shown by')
  expect(rows.length).toBeGreaterThan(5)
  for (const row of rows) {
    expect(row).toHaveLength(header.length)
    const tests = (row.at(-1) ?? '').split(', ')
    for (const name of tests) {
      expect(name).toMatch(/^`(?:services|test|schemas|infra)\/.+\.test\.ts`$/)
      const isThere = existsSync(join(root, name.slice(1, -1)))
      expect([row[0], name, isThere]).toEqual([row[0], name, true])
    }
  }
})
