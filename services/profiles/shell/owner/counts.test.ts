import { expect, test } from 'vitest'
import type { FragmentId } from '#runtime/event/ids.ts'
import type { Body, Frame } from '#runtime/log/messages.ts'
import { createCounts } from './counts.ts'

const about = (n: number): Body => ({
  kind: 'erase',
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a test's own
  fragment: `email:${n % 2 === 0 ? 'even' : `odd${n}`}` as FragmentId,
})
const frameOf = (count: number): Frame => ({
  origin: { kind: 'links' },
  logTime: null,
  messages: Array.from({ length: count }, (_, n) => ({ position: [n, 0, 0], body: about(n) })),
})

function counted(frames: readonly Frame[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  const counts = createCounts(undefined, {
    fragment: (id, weight) => void found.set(id, (found.get(id) ?? 0) + weight),
    profile: () => {},
  })
  for (const frame of frames) counts.frame(frame, 0)
  return found
}

test('every message of a small frame is counted', () => {
  expect(counted([frameOf(3)])).toEqual(
    new Map([
      ['email:even', 2],
      ['email:odd1', 1],
    ]),
  )
})

test('of a large frame some messages stand for the others, and frames take turns at which', () => {
  const found = counted(Array.from({ length: 8 }, () => frameOf(512)))
  const total = [...found.values()].reduce((sum, n) => sum + n, 0)
  expect(total).toBe(8 * 512)
  expect(found.get('email:even')).toBe(4 * 512)
})

test('an empty frame and a frame of ticks count nothing', () => {
  const tick: Frame = {
    origin: null,
    logTime: null,
    messages: [{ position: [0, 0, 0], body: { kind: 'tick' } }],
  }
  expect(counted([frameOf(0), tick])).toEqual(new Map())
})
