import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'

/** Buffers of 1 MiB, 150 of which live at a time, long enough to be old: a backlog in small. Prints how often all of the heap was collected. */
const churn = `
import { constants, PerformanceObserver } from 'node:perf_hooks'
let collected = 0
new PerformanceObserver((list) => {
  for (const { detail } of list.getEntries())
    if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) collected += 1
}).observe({ entryTypes: ['gc'] })
const living = []
const turn = () => new Promise((resolve) => setImmediate(resolve))
for (let n = 0; n < 1500; n += 1) {
  living[n % 150] = Buffer.alloc(1024 * 1024)
  Array.from({ length: 20_000 }, (_, at) => ({ at }))
  if (n % 10 === 0) await turn()
}
await turn()
console.log(collected)
`

const collections = (before: string): number =>
  Number(
    execFileSync(process.execPath, ['--input-type=module', '--eval', `${before}\n${churn}`], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    }),
  )

test('buffers that come and go do not have the whole heap collected again and again', () => {
  const byItself = collections('')
  const counted = collections(
    'import { countBuffersAsHeap } from "./heap.ts"\ncountBuffersAsHeap()',
  )
  expect(byItself).toBeGreaterThan(4)
  expect(counted).toBeLessThan(byItself / 2)
})
