import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEnvironment, type Store, type ValueCodec } from '../environment.ts'
import { checkLmdbFile } from './check.ts'

const root = mkdtempSync(join(tmpdir(), 'tributary-lmdb-'))
const original = join(root, 'state')
afterAll(() => rmSync(root, { recursive: true }))

const raw: ValueCodec<Uint8Array> = { encode: (value) => value, decode: (bytes) => bytes }

/** Two databases; small values, values with pages of their own, keys that were removed: every kind of page. */
beforeAll(async () => {
  const environment = openEnvironment(original)
  const stores: readonly Store<string, Uint8Array>[] = ['a', 'b'].map((name) =>
    environment.store(name, raw),
  )
  for (let round = 0; round < 3; round++)
    await environment.commit(() => {
      for (const store of stores)
        for (let n = 0; n < 2000; n++) {
          if (n % 7 === round) store.remove(`key-${n}`)
          else store.put(`key-${n}`, new Uint8Array(n % 100 === 0 ? 20_000 : 40).fill(round))
        }
    })
  await environment.copyTo(join(root, 'copy'))
  await environment.close()
})

/** Of the compact copy: a file has many free pages, in which anything may stand. */
let copies = 0
function damaged(change: (path: string) => void): string {
  const path = join(root, `${copies++}.mdb`)
  copyFileSync(join(root, 'copy', 'data.mdb'), path)
  change(path)
  return path
}

const overwrite = (page: number, pages: number, byte: number) => (path: string) => {
  const bytes = readFileSync(path)
  bytes.fill(byte, page * 4096, Math.min(bytes.length, (page + pages) * 4096))
  writeFileSync(path, bytes)
}

describe('a file of LMDB', () => {
  it('is sound as LMDB leaves it, and so is a compact copy', async () => {
    expect(await checkLmdbFile(join(original, 'data.mdb'))).toEqual({ kind: 'sound' })
    expect(await checkLmdbFile(join(root, 'copy', 'data.mdb'))).toEqual({ kind: 'sound' })
  })

  it('is sound while a process that was killed has left it', async () => {
    const directory = join(root, 'killed')
    const environment = openEnvironment(directory)
    const store = environment.store('a', raw)
    for (let n = 0; n < 50; n++)
      await environment.commit(() => store.put(`k${n}`, new Uint8Array(500)))
    expect(await checkLmdbFile(join(directory, 'data.mdb'))).toEqual({ kind: 'sound' })
    await environment.close()
  })

  it('is absent when there is none, or nothing in it', async () => {
    expect(await checkLmdbFile(join(root, 'nowhere'))).toEqual({ kind: 'absent' })
    const empty = damaged((path) => truncateSync(path, 0))
    expect(await checkLmdbFile(empty)).toEqual({ kind: 'absent' })
  })

  it.each([
    ['cut short', (path: string) => truncateSync(path, 100_000)],
    ['cut to one page', (path: string) => truncateSync(path, 4096)],
    ['something else', (path: string) => writeFileSync(path, 'a,b\n'.repeat(50_000))],
    ['without its meta pages', overwrite(0, 2, 0)],
    ['zeros in the middle', overwrite(20, 60, 0)],
    ['garbage in the middle', overwrite(20, 60, 0xa5)],
    ['garbage everywhere but in the metas', overwrite(2, 10_000, 0x5a)],
  ])('is damaged when it is %s', async (_name, change) => {
    expect(await checkLmdbFile(damaged(change))).toMatchObject({ kind: 'damaged' })
  })

  it('is never more than the check can bear, whatever stands in it', async () => {
    const sound = readFileSync(join(root, 'copy', 'data.mdb'))
    const change = fc.record({
      // Most of them where the check looks: metas, page headers, and what they point to.
      at: fc.oneof(
        fc.nat(300),
        fc.nat(250).chain((page) => fc.nat(40).map((n) => page * 4096 + n)),
        fc.nat(sound.length - 1),
      ),
      byte: fc.nat(255),
    })
    const path = join(root, 'fuzzed.mdb')
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 20 }), async (changes) => {
        const bytes = Buffer.from(sound)
        for (const { at, byte } of changes) bytes[at % bytes.length] = byte
        writeFileSync(path, bytes)
        expect(['sound', 'damaged']).toContain((await checkLmdbFile(path)).kind)
      }),
      { numRuns: 200 },
    )
  })

  it('is damaged when a single page in use is lost', async () => {
    const size = readFileSync(join(root, 'copy', 'data.mdb')).length / 4096
    const verdicts = { sound: 0, damaged: 0 }
    for (let page = 2; page < size; page += 5) {
      const { kind } = await checkLmdbFile(damaged(overwrite(page, 1, 0xff)))
      if (kind !== 'absent') verdicts[kind]++
    }
    // The insides of large values make no difference to the structure.
    expect(verdicts.damaged).toBeGreaterThan(5)
  })
})
