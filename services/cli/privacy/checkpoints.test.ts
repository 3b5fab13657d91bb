import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createDirectoryCheckpointStore } from '#runtime/checkpoint/index.ts'
import { encodeManifest } from '#runtime/checkpoint/manifest.ts'
import {
  copiesToRemove,
  readCopies,
  removeCopy,
  removeSetAside,
  type StateCopy,
} from './checkpoints.ts'

const copy = (part: string, writtenAtMs: number): StateCopy => ({
  generation: 0,
  part,
  foldVersion: 4,
  offset: writtenAtMs,
  writtenAtMs,
})
const removed = (copies: readonly StateCopy[], erased: number, usable = 0): readonly string[] =>
  copiesToRemove(copies, erased, usable).map(({ part, offset }) => `${part}@${offset}`)

test('copies from before an erasure go as soon as their part has a newer one', () => {
  const copies = [copy('0', 10), copy('0', 20), copy('0', 40), copy('1', 20)]
  expect(removed(copies, 30)).toEqual(['0@10', '0@20'])
})

test('the last copy of a part stays until no state could start from it', () => {
  expect(removed([copy('1', 20)], 30)).toEqual([])
  expect(removed([copy('1', 20)], 30, 21)).toEqual(['1@20'])
})

test('copies are found in the directory in which services keep them, and removed from it', async () => {
  const root = await mkdtemp(join(tmpdir(), 'tributary-copies-'))
  try {
    const store = createDirectoryCheckpointStore(root)
    for (const [part, writtenAtMs] of [
      [3, 10],
      ['identity', 20],
    ] as const) {
      const place = { generation: 0, part, foldVersion: 4, offset: writtenAtMs }
      await store.write(place, {
        data: (async function* () {
          yield await Promise.resolve(Buffer.from('state'))
        })(),
        manifest: () =>
          encodeManifest({
            ...place,
            format: 1,
            cluster: null,
            prefix: '',
            topic: 'profile.log',
            topicId: null,
            partitions: 4,
            nextOffset: writtenAtMs,
            writtenAtMs,
            data: { bytes: 5, sha256: '' },
          }),
      })
    }
    const found = await readCopies(root)
    expect(found.map(({ part, writtenAtMs }) => [part, writtenAtMs])).toEqual([
      ['3', 10],
      ['identity', 20],
    ])
    for (const one of found.filter(({ part }) => part === '3')) await removeCopy(root, one)
    expect((await readCopies(root)).map(({ part }) => part)).toEqual(['identity'])
    await mkdir(join(root, '0', '3', '4', '10.aside-1'), { recursive: true })
    expect(await removeSetAside(root, 0)).toBe(0)
    expect(await removeSetAside(root, Number.MAX_SAFE_INTEGER)).toBe(1)
  } finally {
    await rm(root, { recursive: true })
  }
})

test('where there is no directory there are no copies', async () => {
  expect(await readCopies('/nowhere/at/all')).toEqual([])
})
