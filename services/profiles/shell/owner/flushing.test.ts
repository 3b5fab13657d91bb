import { beforeEach, describe, expect, it } from 'vitest'
import { epochMs } from '#runtime/event/ids.ts'
import type { BatchControl } from '#runtime/kafka/ports.ts'
import { newPartitionMeta, type PartitionMeta } from '../../core/state.ts'
import type { Flusher } from '../flush/flush.ts'
import { createFlushing, type Flushing } from './flushing.ts'
import { flushLimits } from './is-full.ts'
import type { StorePace } from './store-pace.ts'

interface BegunStore {
  /** What its rows are of, its counters included. */
  readonly said: string
  end(error?: Error): void
}

let calls: string[]
let stores: BegunStore[]
let meta: PartitionMeta
let alone: boolean
/** Whether stores may begin, and who waits for that. */
let isOpen: boolean
let waiting: Set<() => void>
beforeEach(() => {
  isOpen = true
  waiting = new Set()
  calls = []
  stores = []
  meta = newPartitionMeta()
  alone = false
})

const control: BatchControl = {
  heartbeat: async () => Promise.resolve(),
  isStale: () => false,
  stopAt: () => undefined,
  commit: async () => Promise.resolve(),
}

const flusher: Flusher = {
  async send(flush) {
    calls.push(`send ${flush.segmentChanges.length}`)
    return Promise.resolve()
  },
  store(flush) {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const said = `${flush.rows.events.length} to ${meta.nextOffset}`
    calls.push(`store ${said}`)
    stores.push({
      said,
      end: (error) => (error === undefined ? resolve() : reject(error)),
    })
    return { alone, done: promise }
  },
}

const pace: StorePace = {
  isOpen: () => isOpen,
  whenOpen(run) {
    waiting.add(run)
    return () => void waiting.delete(run)
  },
  began: () => undefined,
}

/** Those who wait have their turn; whether others are closed out is up to the test. */
function openUp(): void {
  const runs = [...waiting]
  waiting.clear()
  for (const run of runs) run()
}

const flushing = (): Flushing =>
  createFlushing({
    fold: { speak: () => undefined, show: () => undefined },
    flusher,
    pace,
    meta,
    onStored: () => void calls.push('stored'),
    onFailure: (error) => void calls.push(`failed: ${error.message}`),
  })

const settled = async (): Promise<void> => new Promise(setImmediate)

/** As a batch of so many events does. */
async function batch(to: Flushing, events: number): Promise<void> {
  await to.begin(control)
  for (let n = 0; n < events; n += 1) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is counted needs no content
    to.open.rows.events.push({} as never)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
    to.open.segmentChanges.push({} as never)
  }
  meta.nextOffset += 1
  meta.clock = epochMs(meta.nextOffset)
  if (to.isOwing()) await to.flush(control)
  to.rest()
}

describe('the flushes of a partition', () => {
  it('send each batch at once, and store beside the next ones what has gathered meanwhile', async () => {
    const to = flushing()
    await batch(to, 1)
    await batch(to, 2)
    await batch(to, 3)
    expect(calls).toEqual(['send 1', 'store 1 to 1', 'send 2', 'send 3'])
    stores[0]?.end()
    await settled()
    expect(calls.slice(4)).toEqual(['stored', 'store 5 to 3'])
    stores[1]?.end()
    await settled()
    expect(calls.slice(6)).toEqual(['stored'])
  })

  it('begin no store while a batch is being folded: the state is beyond what was flushed', async () => {
    const to = flushing()
    await batch(to, 1)
    await batch(to, 2)
    await to.begin(control)
    stores[0]?.end()
    await settled()
    expect(stores).toHaveLength(1)
    meta.nextOffset += 1
    await to.flush(control)
    expect(stores[1]?.said).toBe('2 to 3')
  })

  it('wait for the store under way when there is no room for more rows', async () => {
    const to = flushing()
    await batch(to, 1)
    let isDone = false
    const full = batch(to, flushLimits.eventsMax).then(() => (isDone = true))
    await settled()
    expect([isDone, stores.length]).toEqual([false, 1])
    stores[0]?.end()
    await full
    expect(stores[1]?.said).toBe(`${flushLimits.eventsMax} to 2`)
  })

  it('let nothing be folded while the state is rewritten', async () => {
    const to = flushing()
    alone = true
    const first = batch(to, 1)
    await settled()
    expect(to.isAlone()).toBe(true)
    let isBegun = false
    const next = to.begin(control).then(() => (isBegun = true))
    await settled()
    expect(isBegun).toBe(false)
    stores[0]?.end()
    await Promise.all([first, next])
    expect(to.isAlone()).toBe(false)
  })

  it('tell of a store that failed whoever folds next, or who waits for nothing', async () => {
    const to = flushing()
    await batch(to, 1)
    await to.begin(control)
    stores[0]?.end(new Error('full'))
    await settled()
    expect(calls).not.toContain('failed: full')
    await expect(to.flush(control)).rejects.toThrow('full')
    await expect(to.begin(control)).rejects.toThrow('full')

    const other = flushing()
    await batch(other, 1)
    await batch(other, 1)
    stores[1]?.end(new Error('full too'))
    await settled()
    expect(calls.at(-1)).toBe('failed: full too')
    expect(stores).toHaveLength(2)
    await expect(other.begin(control)).rejects.toThrow('full too')
  })

  it.each(['open', 'closed'])(
    'store all that was sent before they end, while the pace is %s',
    async (state) => {
      const to = flushing()
      await batch(to, 1)
      isOpen = state === 'open'
      await batch(to, 2)
      const finished = to.finish()
      stores[0]?.end()
      await settled()
      stores[1]?.end()
      await finished
      expect(stores.map(({ said }) => said)).toEqual(['1 to 1', '2 to 2'])
    },
  )

  it('send at once and store when the pace lets them, all that gathered until then', async () => {
    const to = flushing()
    isOpen = false
    await batch(to, 1)
    await batch(to, 2)
    expect(calls).toEqual(['send 1', 'send 2'])
    expect(waiting.size).toBe(1)
    openUp()
    expect(calls.slice(2)).toEqual(['store 3 to 2'])
    await batch(to, 1)
    stores[0]?.end()
    await settled()
    expect(stores).toHaveLength(1)
    openUp()
    expect(stores[1]?.said).toBe('1 to 3')
  })

  it('keep their turn when it comes while a batch is being folded, though the pace has closed again', async () => {
    const to = flushing()
    isOpen = false
    await batch(to, 1)
    await to.begin(control)
    openUp()
    expect(stores).toHaveLength(0)
    meta.nextOffset += 1
    await to.flush(control)
    expect(stores.map(({ said }) => said)).toEqual(['1 to 2'])
    to.rest()
    stores[0]?.end()
    await settled()
    await batch(to, 1)
    expect(stores).toHaveLength(1)
    expect(waiting.size).toBe(1)
  })

  it('wait for no pace when there is no room for more rows, and take their waiting back', async () => {
    const to = flushing()
    isOpen = false
    await batch(to, 1)
    await batch(to, flushLimits.eventsMax)
    expect(stores[0]?.said).toBe(`${flushLimits.eventsMax + 1} to 2`)
    expect(waiting.size).toBe(0)
  })

  it('leave nothing behind that begins later', async () => {
    isOpen = false
    const given = flushing()
    await batch(given, 1)
    expect(waiting.size).toBe(1)
    await given.settle()
    expect(waiting.size).toBe(0)
  })

  it('have nothing to do for a batch that held nothing new', async () => {
    const to = flushing()
    await to.begin(control)
    expect(to.isOwing()).toBe(false)
    to.rest()
    expect(calls).toEqual([])
  })
})
