import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { benchPage, benchPlots } from './page.ts'
import { readRecord } from './record.ts'
import { benchDirectory, pageFile, recordFile } from './write-page.ts'

test('docs/bench.md and its plots are what the script makes of what was measured', () => {
  const measured = readRecord(recordFile)
  expect(readFileSync(pageFile, 'utf8')).toBe(benchPage(measured))
  for (const [name, svg] of Object.entries(benchPlots(measured))) {
    expect(readFileSync(join(benchDirectory, name), 'utf8')).toBe(svg)
  }
})
