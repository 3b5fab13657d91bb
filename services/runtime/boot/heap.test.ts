import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'

/** How often all of the heap was collected, and how often the young generation alone. */
const counting = `
import { constants, PerformanceObserver } from 'node:perf_hooks'
let all = 0
let young = 0
new PerformanceObserver((list) => {
  for (const { detail } of list.getEntries()) {
    if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) all += 1
    if (detail.kind === constants.NODE_PERFORMANCE_GC_MINOR) young += 1
  }
}).observe({ entryTypes: ['gc'] })
const turn = () => new Promise((resolve) => setImmediate(resolve))
`

/** Buffers of 1 MiB, 150 of which live at a time, long enough to be old: a backlog in small. */
const churn = `
const living = []
for (let n = 0; n < 1500; n += 1) {
  living[n % 150] = Buffer.alloc(1024 * 1024)
  Array.from({ length: 20_000 }, (_, at) => ({ at }))
  if (n % 10 === 0) await turn()
}
await turn()
console.log(all)
`

/** Objects that stay, then many of the same make that do not. */
const calmedDown = `
const make = (n) => ({ id: n, name: String(n), list: [n, n + 1], times: [n] })
const living = []
const fill = async (count, place) => {
  for (let n = 0; n < count; n += 1) {
    living[place(n)] = make(n)
    if (n % 10_000 === 0) await turn()
  }
  await turn()
}
await fill(200_000, (n) => n)
young = 0
await fill(2_000_000, (n) => n % 1000)
console.log(young)
`

const collections = (before: string, work: string, ...flags: readonly string[]): number =>
  Number(
    execFileSync(
      process.execPath,
      [...flags, '--input-type=module', '--eval', [before, counting, work].join('\n')],
      { cwd: import.meta.dirname, encoding: 'utf8' },
    ),
  )

test('buffers that come and go do not have the whole heap collected again and again', () => {
  const byItself = collections('', churn)
  const counted = collections(
    'import { countBuffersAsHeap } from "./heap.ts"\ncountBuffersAsHeap()',
    churn,
  )
  expect(byItself).toBeGreaterThan(4)
  expect(counted).toBeLessThan(byItself / 2)
})

test('objects that die young do so though others of their make have lived for long', () => {
  // A small young generation is soon as large as it gets, from when on V8 decides.
  const small = '--max-semi-space-size=1'
  const byItself = collections('', calmedDown, small)
  const madeYoung = collections(
    'import { allocateYoung } from "./heap.ts"\nallocateYoung()',
    calmedDown,
    small,
  )
  expect(byItself).toBeGreaterThan(4)
  expect(madeYoung).toBeGreaterThan(byItself * 2)
})
