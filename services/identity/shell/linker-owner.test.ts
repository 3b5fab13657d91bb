/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import { expect, it } from 'vitest'
import { identityPolicy } from '#runtime/definition/identity-policy.ts'
import { identitySchema } from '#runtime/definition/schema.ts'
import { epochMs, type EventKey, type FragmentId, offset } from '#runtime/event/ids.ts'
import type { BatchControl, RecordBatch } from '#runtime/kafka/ports.ts'
import { encodeLinksRecord } from '#runtime/log/links-record.ts'
import { createMemoryState } from '../core/memory-state.ts'
import type { FoldedRecord } from './encode-effects.ts'
import { createLinkerOwner, type LinkerOwnerDeps, restAfterBatch } from './linker-owner.ts'

const at = { topic: 'identity.links', partition: 0 }
const device = 'anonymous_id:hot' as FragmentId

/** Links of ever new people with one and the same device. */
function linksOf(count: number): RecordBatch {
  return {
    ...at,
    records: Array.from({ length: count }, (_, n) => ({
      offset: offset(n),
      timestamp: epochMs(n),
      key: Buffer.from(`${n}`),
      value: encodeLinksRecord({
        kind: 'link',
        linkId: `link ${n}`,
        sender: { generation: 0, partition: 0, position: [n, 0, 0] },
        identifiers: [
          { id: `email:${n}` as FragmentId, blocked: null },
          { id: device, blocked: null },
        ],
        eventId: `${n}`,
        eventKey: Buffer.alloc(16, n).toString('base64url') as EventKey,
        source: 'shop',
        eventType: 'page_viewed',
        occurredAt: epochMs(n),
        receivedAt: epochMs(n),
        logTime: epochMs(n),
      }),
      headers: {},
    })),
    highWatermark: offset(count),
  }
}

function linkerUnderTest(deps: Partial<LinkerOwnerDeps> = {}) {
  const state = createMemoryState()
  const flushes: (readonly FoldedRecord[])[] = []
  const kept: boolean[] = []
  const said: string[] = []
  const assignment = { over: false }
  const policy = identityPolicy(identitySchema.parse({}))
  let elapsed = 0
  const owner = createLinkerOwner({
    openState: async () =>
      Promise.resolve(
        Object.assign(state, {
          commit: async () => Promise.resolve(),
          close: async () => Promise.resolve(void said.push('closed')),
        }),
      ),
    async flush(_state, folded, _control, keeps) {
      flushes.push(folded)
      kept.push(keeps)
      return Promise.resolve()
    },
    policies: { load: async () => Promise.resolve(), get: () => policy },
    onFlushed: () => undefined,
    effectsPerFlushMax: 1_000_000,
    elapsed: () => (elapsed += 1),
    ...deps,
  })
  const control: BatchControl = {
    heartbeat: async () => Promise.resolve(void said.push('heartbeat')),
    isStale: () => assignment.over,
    stopAt: () => undefined,
    commit: async () => Promise.resolve(),
  }
  return { owner, control, flushes, kept, said, assignment, state }
}

const effectsOf = (folded: readonly FoldedRecord[]): number =>
  folded.reduce((sum, { effects }) => sum + effects.length, 0)

it('a hot identifier takes its turns: the group hears of the linker while one batch is folded', async () => {
  const { owner, control, said, flushes } = linkerUnderTest()
  const batch = linksOf(200)
  const done = owner.batch(batch, control)
  await Promise.resolve()
  // Whatever else waits on the event loop comes in between.
  setImmediate(() => said.push('somebody else'))
  await done
  expect(said.slice(0, 2)).toContain('somebody else')
  expect(said.filter((word) => word === 'heartbeat').length).toBeGreaterThan(5)
  expect(flushes.map((folded) => folded.length)).toEqual([200])
})

it('work that is over meanwhile ends at the next turn, and nothing of it stays', async () => {
  const { owner, control, said, flushes, assignment } = linkerUnderTest()
  assignment.over = true
  await owner.batch(linksOf(200), control)
  expect([said, flushes]).toEqual([['heartbeat', 'closed'], []])
})

it('a flush ends at its limit of effects, and the batch goes on with the next one', async () => {
  const whole = linkerUnderTest()
  await whole.owner.batch(linksOf(20), whole.control)
  const all = effectsOf(whole.flushes[0] ?? [])
  const perRecord = (whole.flushes[0] ?? []).map(({ effects }) => effects.length)
  const limit = (perRecord[0] ?? 0) + (perRecord[1] ?? 0)

  const limited = linkerUnderTest({ effectsPerFlushMax: limit })
  await limited.owner.batch(linksOf(20), limited.control)
  const sizes = limited.flushes.map(effectsOf)
  // The first flush is full with the second record to the last effect.
  expect([limited.flushes[0]?.length, sizes[0]]).toEqual([2, limit])
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(all)
  for (const size of sizes.slice(0, -1)) expect(size).toBeGreaterThanOrEqual(limit)

  const oneMore = linkerUnderTest({ effectsPerFlushMax: limit + 1 })
  await oneMore.owner.batch(linksOf(20), oneMore.control)
  expect(oneMore.flushes[0]?.length).toBe(3)
})

it('far behind the end of the log the state is committed after so many records and effects, near it with each flush', async () => {
  const { owner, control, kept } = linkerUnderTest({
    effectsPerFlushMax: 1,
    catchUp: { behindMin: 100, perCommitMax: 1_000_000 },
  })
  const links = linksOf(20)
  await owner.batch({ ...links, highWatermark: offset(120) }, control)
  expect(new Set(kept)).toEqual(new Set([false]))
  kept.length = 0
  await owner.batch({ ...linksOf(30), highWatermark: offset(129) }, control)
  expect(new Set(kept)).toEqual(new Set([true]))

  const often = linkerUnderTest({
    effectsPerFlushMax: 1,
    catchUp: { behindMin: 100, perCommitMax: 10 },
  })
  await often.owner.batch({ ...links, highWatermark: offset(120) }, often.control)
  expect(often.kept.filter(Boolean).length).toBeGreaterThan(1)
  expect(often.kept.filter(Boolean).length).toBeLessThan(often.kept.length / 2)
})

it('the linker rests at the end of the log, for longer after many records, and never while more waits', async () => {
  const rests: number[] = []
  const { owner, control } = linkerUnderTest({ rest: async (ms) => void rests.push(ms) })
  const of = async (count: number, waiting: number): Promise<void> =>
    owner.batch({ ...linksOf(count), highWatermark: offset(count + waiting) }, control)
  await of(1, 0)
  await of(30, 1)
  await of(200, 0)
  const { perRecordMs, maxMs } = restAfterBatch
  expect(rests).toEqual([perRecordMs, maxMs])
})
