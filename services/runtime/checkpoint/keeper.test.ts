import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { toErrorJson } from '../errors/index.ts'
import { offset } from '../event/ids.ts'
import { systemClock } from '../lifecycle/index.ts'
import { type Environment, openEnvironment, type Store } from '../state/index.ts'
import { createHealth, createMetrics, silentLogger } from '../telemetry/index.ts'
import { createDirectoryCheckpointStore } from './directory-store.ts'
import { createStateKeeper, type KeptState } from './keeper.ts'
import { decodeManifest, encodeManifest } from './manifest.ts'
import type { CheckpointStore } from './port.ts'
import type { WantedState } from './restore.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tributary-keeper-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const identity = {
  cluster: 'c',
  prefix: 'p',
  topic: 'p.profile.log',
  topicId: 't',
  generation: 0,
  part: 3,
  partitions: 4,
  foldVersion: 2,
}
const written = { topic: 'p.profile.log', topicId: 't', partition: 3 }
const json = {
  encode: (value: unknown) => Buffer.from(JSON.stringify(value)),
  decode: (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString()),
}
type Row = [offset: number, index: number]

/** A state that is a position and as many rows. */
interface Counter extends KeptState {
  at(): number
  goTo(offset: number, index?: number): Promise<void>
}

const tables = (environment: Environment) => ({
  // oxlint-disable typescript/no-unsafe-type-assertion -- what this test writes
  identity: environment.store('identity', json) as Store<string, typeof written>,
  meta: environment.store('meta', json) as Store<string, Row>,
  rows: environment.store('rows', json) as Store<string, string>,
  // oxlint-enable typescript/no-unsafe-type-assertion
})

function wanted(directory: string, changes: Partial<WantedState> = {}): WantedState {
  return {
    directory: join(root, directory, 'partition-3'),
    identity,
    written,
    range: { low: offset(0), high: offset(1000) },
    readClaims: (environment) => {
      const { identity: found, meta } = tables(environment)
      const [nextOffset, index] = meta.get('meta') ?? [0, 0]
      return {
        identity: found.get('state') ?? null,
        nextOffset,
        isBetweenRecords: index === 0,
      }
    },
    ...changes,
  }
}

function host(store: CheckpointStore | null, keep = 2) {
  const metrics = createMetrics('test')
  const health = createHealth()
  const keeper = createStateKeeper({
    store,
    intervalMs: 20,
    keep,
    log: silentLogger,
    metrics,
    health,
    clock: systemClock,
  })
  return {
    metrics: async () => metrics.text(),
    why: (name: string) => health.read().checks.find((check) => check.name === name),
    close: async () => keeper.close(),
    open: async (want: WantedState): Promise<Counter> =>
      keeper.open(want, async (ownership) => {
        const environment = openEnvironment(want.directory, { ownership })
        const { identity: identities, meta, rows } = tables(environment)
        let position: Row = meta.get('meta') ?? [0, 0]
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the state is asked to be
        const own = want.written as typeof written
        await environment.commit(() => identities.put('state', own))
        const counter: Counter = {
          at: () => position[0],
          async goTo(to, index = 0) {
            position = [to, index]
            await this.commit()
          },
          commit: async () =>
            environment.commit(() => {
              meta.put('meta', position)
              for (let n = 0; n < 200; n++) rows.put(`${position[0]} ${n}`, 'x'.repeat(100))
            }),
          // One second per offset.
          erasedBytesAgeMs: () => position[0] * 1000,
          copyTo: async (target) => environment.copyTo(target),
          close: async () => environment.close(),
        }
        return counter
      }),
  }
}

const series = { generation: 0, part: 3, foldVersion: 2 }
const until = async (store: CheckpointStore, offsets: readonly number[]): Promise<void> =>
  vi.waitFor(async () => expect(await store.list(series)).toEqual(offsets), 10_000)

const checkpoints = (): string => join(root, 'checkpoints')
const dataOf = (at: number): string => join(checkpoints(), '0', '3', '2', String(at), 'data.mdb')

/** A host that left checkpoints at these offsets. */
async function leftBehind(offsets: readonly number[], directory = 'first'): Promise<void> {
  const store = createDirectoryCheckpointStore(checkpoints())
  const one = host(store, 10)
  const state = await one.open(wanted(directory))
  for (const at of offsets) {
    await state.goTo(at)
    await vi.waitFor(async () => expect(await store.list(series)).toContain(at), 10_000)
  }
  await state.close()
  await one.close()
}

const flip = (path: string, at: number): void => {
  const bytes = readFileSync(path)
  bytes[at] = (bytes[at] ?? 0) ^ 0xff
  writeFileSync(path, bytes)
}

const openOn = async (directory: string, changes: Partial<WantedState> = {}) => {
  const one = host(createDirectoryCheckpointStore(checkpoints()), 10)
  const state = await one.open(wanted(directory, changes))
  const found = { at: state.at(), metrics: await one.metrics(), why: one.why('state')?.why }
  await state.close()
  await one.close()
  return found
}
const quarantines = (directory: string): readonly string[] =>
  readdirSync(join(root, directory)).filter((name) => name.includes('quarantine'))

describe('a kept state', () => {
  it('says how long bytes of the erased have been in its file, as long as it is open', async () => {
    const one = host(null)
    const shown = async (): Promise<string | undefined> =>
      /erased_bytes_age_seconds\{part="3".*\} (\d+)/.exec(await one.metrics())?.[1]
    const state = await one.open(wanted('first'))
    expect(await shown()).toBe('0')
    await state.goTo(7)
    expect(await shown()).toBe('7')
    await state.close()
    expect(await shown()).toBe(undefined)
    const again = await one.open(wanted('first'))
    expect(await shown()).toBe('7')
    await again.close()
    await one.close()
  })

  it('is copied while it moves on, and the newest copies are kept', async () => {
    const store = createDirectoryCheckpointStore(checkpoints())
    const one = host(store)
    const state = await one.open(wanted('first'))
    for (const at of [10, 20, 30]) {
      await state.goTo(at)
      await vi.waitFor(async () => expect((await store.list(series))[0]).toBe(at), 10_000)
    }
    await until(store, [30, 20])
    await vi.waitFor(
      async () => expect(await one.metrics()).toMatch(/checkpoint_newest_offset\{part="3".*\} 30/),
      10_000,
    )
    await state.close()
    await one.close()
    expect(existsSync(`${wanted('first').directory}.copy`)).toBe(false)
  })

  it('is not copied while it stands within a record, but soon after', async () => {
    const store = createDirectoryCheckpointStore(checkpoints())
    const one = host(store)
    const state = await one.open(wanted('first'))
    await state.goTo(10, 4)
    await pause(200)
    expect(await store.list(series)).toEqual([])
    await state.goTo(11)
    await until(store, [11])
    await state.close()
    await one.close()
  })

  it('works on when it cannot be copied, and says so', async () => {
    writeFileSync(checkpoints(), 'a file where a directory should be')
    const one = host(createDirectoryCheckpointStore(checkpoints()))
    const state = await one.open(wanted('first'))
    await state.goTo(10)
    await vi.waitFor(
      async () =>
        expect(await one.metrics()).toMatch(/checkpoint_failures_total\{part="3".*\} [1-9]/),
      10_000,
    )
    expect(one.why('checkpoints')).toMatchObject({ ok: true })
    expect(one.why('checkpoints')?.why).toContain('3: ')
    await state.goTo(20)
    expect(state.at()).toBe(20)
    await state.close()
    await one.close()
  })

  it('survives that two processes copy the same offsets', async () => {
    const store = createDirectoryCheckpointStore(checkpoints())
    const hosts = [host(store, 3), host(store, 3)]
    const states = await Promise.all(hosts.map(async (one, n) => one.open(wanted(`host-${n}`))))
    for (const at of [10, 20, 30, 40]) {
      await Promise.all(states.map(async (state) => state.goTo(at)))
      await vi.waitFor(async () => expect(await store.list(series)).toContain(at), 10_000)
    }
    for (const state of states) await state.close()
    for (const one of hosts) await one.close()
    await leftBehind([50])
    const third = host(store)
    const state = await third.open(wanted('third'))
    expect(state.at()).toBe(50)
    for (const one of [...hosts, third])
      expect(await one.metrics()).not.toMatch(/checkpoint_failures_total\{/)
    await state.close()
    await third.close()
  })
})

describe('an opened state', () => {
  it('is the highest checkpoint on an empty host', async () => {
    await leftBehind([10, 20])
    const { at, metrics, why } = await openOn('empty')
    expect({ at, why }).toEqual({ at: 20, why: null })
    expect(metrics).toMatch(/state_opened_total\{part="3",source="checkpoint".*\} 1/)
    expect(metrics).toMatch(/state_opened_offset\{part="3".*\} 20/)
  })

  it('is its own when that is newer, and the checkpoint when that is', async () => {
    await leftBehind([10, 20])
    const local = host(null)
    const state = await local.open(wanted('own'))
    await state.goTo(25)
    await state.close()
    const older = await local.open(wanted('older'))
    await older.goTo(15)
    await older.close()
    expect((await openOn('own')).at).toBe(25)
    const { at } = await openOn('older')
    expect(at).toBe(20)
  })

  it('is the older checkpoint when the newest is damaged, which is set aside', async () => {
    await leftBehind([10, 20])
    flip(dataOf(20), 50_000)
    const { at, metrics, why } = await openOn('empty')
    expect(at).toBe(10)
    expect(metrics).toMatch(/checkpoints_refused_total\{.*TRB_CHECKPOINT_INVALID.*\} 1/)
    expect(why).toContain('checksum')
    const names = readdirSync(join(checkpoints(), '0', '3', '2'))
    expect(names.some((name) => name.startsWith('20.aside'))).toBe(true)
  })

  it.each([
    ['says another offset than its name', { nextOffset: 19 }, 'INVALID'],
    ['is of another cluster', { cluster: 'other' }, 'FOREIGN'],
    ['is of another topic of the same name', { topicId: 'other' }, 'FOREIGN'],
    ['is of another prefix', { prefix: 'other' }, 'FOREIGN'],
    ['is of another partition', { part: 2 }, 'FOREIGN'],
    ['was made by another fold', { foldVersion: 1 }, 'FOREIGN'],
  ])('is never a checkpoint that %s', async (_name, change, code) => {
    await leftBehind([10, 20])
    const path = join(dataOf(20), '..', 'manifest.json')
    writeFileSync(
      path,
      encodeManifest({ ...decodeManifest(readFileSync(path, 'utf8')), ...change }),
    )
    const { at, metrics } = await openOn('empty')
    expect(at).toBe(10)
    expect(metrics).toMatch(new RegExp(`checkpoints_refused_total\\{.*TRB_CHECKPOINT_${code}`))
  })

  it('is never a checkpoint with a changed manifest, nor one that goes beyond the log', async () => {
    await leftBehind([10, 20, 30])
    const path = join(dataOf(30), '..', 'manifest.json')
    writeFileSync(path, readFileSync(path, 'utf8').replace('"partitions": 4', '"partitions": 5'))
    expect((await openOn('empty')).at).toBe(20)
    const short = { low: offset(0), high: offset(15) }
    expect((await openOn('other', { range: short })).at).toBe(10)
  })

  it.each([
    ['garbage', (path: string) => writeFileSync(path, 'x'.repeat(100_000))],
    ['cut short', (path: string) => writeFileSync(path, readFileSync(path).subarray(0, 20_000))],
  ])('is a checkpoint when its own is %s, which is moved aside', async (_name, damage) => {
    await leftBehind([10, 20], 'own')
    damage(join(root, 'own', 'partition-3', 'data.mdb'))
    const { at, metrics, why } = await openOn('own')
    expect(at).toBe(20)
    expect(metrics).toMatch(/state_quarantined_total\{part="3",code="TRB_STATE_CORRUPT".*\} 1/)
    expect(why).toContain('moved to')
    expect(quarantines('own')).toHaveLength(1)
  })

  it('is built from the log when its own is damaged and there is no checkpoint', async () => {
    await leftBehind([10], 'own')
    rmSync(checkpoints(), { recursive: true })
    writeFileSync(join(root, 'own', 'partition-3', 'data.mdb'), 'x'.repeat(100_000))
    expect((await openOn('own')).at).toBe(0)
  })

  it('is never one of something else, which is moved aside', async () => {
    await leftBehind([10, 20], 'own')
    const { at, metrics } = await openOn('own', {
      written: { ...written, topicId: 'new' },
      identity: { ...identity, topicId: 'new' },
    })
    expect(at).toBe(0)
    expect(metrics).toMatch(/state_quarantined_total\{part="3",code="TRB_STATE_FOREIGN".*\} 1/)
    expect(quarantines('own')).toHaveLength(1)
    // Checkpoints of something else are nobody's to move.
    expect(existsSync(dataOf(20))).toBe(true)
  })

  it('is refused when the log does not go back that far, with what would help', async () => {
    await leftBehind([10, 20])
    const range = { low: offset(21), high: offset(90) }
    const refusal = await openOn('empty', { range }).catch((error: unknown) => error)
    expect(toErrorJson(refusal).error).toMatchObject({ code: 'TRB_STATE_TOO_OLD' })
    expect(toErrorJson(refusal).error.message).toContain(
      'starts at offset 21; its newest checkpoint goes up to 20',
    )
    expect(toErrorJson(refusal).error.hint).toMatch(
      /offset 21 or later into .*0\/3\/2 and restart, or rebuild/,
    )
    await leftBehind([21], 'second')
    expect((await openOn('empty', { range })).at).toBe(21)
  })

  it('is refused to a second process, and what the first one owns stays as it is', async () => {
    const one = host(null)
    const state = await one.open(wanted('own'))
    await state.goTo(5)
    await expect(openOn('own')).rejects.toMatchObject({ code: 'TRB_STATE_IN_USE' })
    await state.goTo(6)
    await state.close()
    expect(quarantines('own')).toEqual([])
  })
})
