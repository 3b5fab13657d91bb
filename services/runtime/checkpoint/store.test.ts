import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createDirectoryCheckpointStore } from './directory-store.ts'
import { createMemoryCheckpointStore } from './memory-store.ts'
import type { CheckpointContent, CheckpointPlace, CheckpointStore } from './port.ts'

const root = mkdtempSync(join(tmpdir(), 'tributary-checkpoints-'))
afterAll(() => rmSync(root, { recursive: true }))

let directories = 0
const newRoot = (): string => join(root, String(directories++))

const series = { generation: 0, part: 3, foldVersion: 2 }
const at = (offset: number): CheckpointPlace => ({ ...series, offset })

const content = (text: string, chunks = 3): CheckpointContent => {
  let isRead = false
  return {
    data: (async function* () {
      for (let n = 0; n < chunks; n++) yield Buffer.from(`${text} ${n};`)
      isRead = true
    })(),
    manifest: () => {
      expect(isRead).toBe(true)
      return `manifest of ${text}`
    },
  }
}

async function* broken(): AsyncIterable<Uint8Array> {
  yield Buffer.from('half')
  throw new Error('the disk is full')
}

async function readAll(store: CheckpointStore, place: CheckpointPlace): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of store.read(place)) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

describe.each([
  ['memory', createMemoryCheckpointStore],
  ['a directory', () => createDirectoryCheckpointStore(newRoot())],
] as const)('a checkpoint store in %s', (_name, create) => {
  it('gives back what was written, the highest offset first', async () => {
    const store = create()
    expect(await store.list(series)).toEqual([])
    for (const offset of [9, 100, 20])
      expect(await store.write(at(offset), content(`copy ${offset}`))).toBe('written')
    expect(await store.list(series)).toEqual([100, 20, 9])
    expect(await store.manifest(at(20))).toBe('manifest of copy 20')
    expect(await readAll(store, at(20))).toBe('copy 20 0;copy 20 1;copy 20 2;')
  })

  it('keeps parts, generations and fold versions apart', async () => {
    const store = create()
    await store.write(at(5), content('a'))
    for (const other of [{ generation: 1 }, { part: 'identity' }, { part: 4 }, { foldVersion: 3 }])
      expect(await store.list({ ...series, ...other })).toEqual([])
  })

  it('keeps the first of two copies of one offset', async () => {
    const store = create()
    expect(await store.write(at(5), content('first'))).toBe('written')
    expect(await store.write(at(5), content('second'))).toBe('kept')
    expect(await store.manifest(at(5))).toBe('manifest of first')
  })

  it('keeps one of two copies that are written at the same time, whole', async () => {
    const store = create()
    const outcomes = await Promise.all(
      ['one', 'two', 'three'].map(async (text) => store.write(at(5), content(text, 200))),
    )
    expect(outcomes.toSorted()).toEqual(['kept', 'kept', 'written'])
    const name = (await store.manifest(at(5))).replace('manifest of ', '')
    expect(await readAll(store, at(5))).toContain(`${name} 199;`)
    expect(await store.list(series)).toEqual([5])
  })

  it('shows nothing of a copy that failed on the way', async () => {
    const store = create()
    await expect(store.write(at(5), { data: broken(), manifest: () => 'never' })).rejects.toThrow(
      'the disk is full',
    )
    expect(await store.list(series)).toEqual([])
    expect(await store.write(at(5), content('again'))).toBe('written')
  })

  it('removes, sets aside, and takes both twice', async () => {
    const store = create()
    for (const offset of [1, 2, 3]) await store.write(at(offset), content('x'))
    for (let time = 0; time < 2; time++) {
      await store.remove(at(1))
      expect(await store.setAside(at(2))).toContain('aside')
    }
    expect(await store.list(series)).toEqual([3])
    expect(await store.write(at(2), content('anew'))).toBe('written')
  })

  it('says that a copy is missing', async () => {
    const store = create()
    await expect(store.manifest(at(7))).rejects.toMatchObject({ code: 'TRB_CHECKPOINT_MISSING' })
    await expect(readAll(store, at(7))).rejects.toMatchObject({ code: 'TRB_CHECKPOINT_MISSING' })
  })
})

describe('a directory of checkpoints', () => {
  it('counts only copies that have a manifest, and replaces one that has none', async () => {
    const directory = newRoot()
    const store = createDirectoryCheckpointStore(directory)
    mkdirSync(join(directory, '0', '3', '2', '50'), { recursive: true })
    writeFileSync(join(directory, '0', '3', '2', '50', 'data.mdb'), 'half a copy')
    expect(await store.list(series)).toEqual([])
    expect(await store.write(at(50), content('whole'))).toBe('written')
    expect(await readAll(store, at(50))).toContain('whole')
  })

  it('clears away what a writer left a day ago, and nothing younger', async () => {
    const directory = newRoot()
    const store = createDirectoryCheckpointStore(directory)
    const path = join(directory, '0', '3', '2')
    for (const name of ['1.old.tmp', '2.young.tmp'])
      mkdirSync(join(path, name), { recursive: true })
    const longAgo = Date.now() / 1000 - 100_000
    utimesSync(join(path, '1.old.tmp'), longAgo, longAgo)
    await store.write(at(9), content('x'))
    expect(readdirSync(path).toSorted()).toEqual(['2.young.tmp', '9'])
  })
})
