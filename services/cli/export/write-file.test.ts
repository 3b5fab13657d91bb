import { createHash } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { TributaryError } from '#runtime/errors/index.ts'
import { listenForInterruption, whileWanted } from '../shell/interruption.ts'
import { writeParquet } from './write-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-write-file-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const whole = ['PAR1', 'rows and rows', 'PA', 'R1']
/** What comes, and then how it ends. */
async function* chunks(
  texts: readonly string[],
  atEnd: () => void = () => {},
): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text))
  atEnd()
}

test('a whole file is there under its name alone, for its owner alone, with its size and digest', async () => {
  const content = whole.join('')
  expect(await writeParquet(folder, 'out.parquet', chunks(whole))).toEqual({
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
  })
  expect(readdirSync(folder)).toEqual(['out.parquet'])
  expect(readFileSync(join(folder, 'out.parquet'), 'utf8')).toBe(content)
  expect(statSync(join(folder, 'out.parquet')).mode & 0o777).toBe(0o600)
})

test('while it is written there is nothing under its name', async () => {
  const seen: string[][] = []
  const looking = chunks(whole, () => void seen.push(readdirSync(folder)))
  await writeParquet(folder, 'out.parquet', looking)
  expect(seen).toEqual([[expect.stringMatching(/^\.out\.parquet\.[0-9a-f]{8}$/)]])
})

test('of a file whose rows end in an error nothing is left, and the error is told as it is', async () => {
  const gone = new TributaryError('TRB_CLICKHOUSE_UNAVAILABLE', 'socket hang up')
  const failing = chunks(whole.slice(0, 2), () => {
    throw gone
  })
  await expect(writeParquet(folder, 'out.parquet', failing)).rejects.toBe(gone)
  expect(readdirSync(folder)).toEqual([])
})

test('of a file that was cut short without an error nothing is left', async () => {
  await expect(
    writeParquet(folder, 'out.parquet', chunks(whole.slice(0, 3))),
  ).rejects.toMatchObject({ code: 'TRB_CLICKHOUSE_UNAVAILABLE' })
  expect(readdirSync(folder)).toEqual([])
})

test('told to end in the middle it leaves nothing', async () => {
  const process = new EventEmitter()
  using interruption = listenForInterruption(process, 'No file was written. Start it again.')
  async function* told(): AsyncGenerator<Uint8Array> {
    yield* chunks(whole.slice(0, 2))
    process.emit('SIGINT')
    yield* chunks(whole.slice(2))
  }
  await expect(
    writeParquet(folder, 'out.parquet', whileWanted(told(), interruption)),
  ).rejects.toMatchObject({ code: 'TRB_INTERRUPTED', hint: 'No file was written. Start it again.' })
  expect(readdirSync(folder)).toEqual([])
})

test('a file that somebody made meanwhile stays, and nothing is left beside it', async () => {
  const theirs = join(folder, 'out.parquet')
  const late = chunks(whole, () => {
    writeFileSync(theirs, 'theirs')
  })
  await expect(writeParquet(folder, 'out.parquet', late)).rejects.toMatchObject({
    code: 'TRB_USAGE',
    message: 'out.parquet cannot be written: it exists',
  })
  expect(readdirSync(folder)).toEqual(['out.parquet'])
  expect(readFileSync(theirs, 'utf8')).toBe('theirs')
})

test('a folder that is not there is a mistake of usage', async () => {
  await expect(writeParquet(folder, 'nowhere/out.parquet', chunks(whole))).rejects.toMatchObject({
    code: 'TRB_USAGE',
  })
})
