import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkout } from '../../../world/demo/directory.ts'
import type { BenchResult } from '../result.ts'
import { benchPage, benchPlots } from './page.ts'
import { readRecord, recordWith } from './record.ts'

export const benchDirectory = join(checkout, 'docs/bench')
export const recordFile = join(benchDirectory, 'results.json')
export const pageFile = join(checkout, 'docs/bench.md')

/** Adds what a run measured to what is known, and writes the page and its plots from that. */
export function writePage(result: BenchResult, on: string): void {
  const record = recordWith(readRecord(recordFile), result, on)
  mkdirSync(benchDirectory, { recursive: true })
  writeFileSync(recordFile, `${JSON.stringify(record, null, 1)}\n`)
  for (const [name, svg] of Object.entries(benchPlots(record)))
    writeFileSync(join(benchDirectory, name), svg)
  writeFileSync(pageFile, benchPage(record))
}
