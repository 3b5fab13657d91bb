import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { readEntities } from './read-entities.ts'

const folder = mkdtempSync(join(tmpdir(), 'entities-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function timesOf(text: string): Promise<readonly string[]> {
  writeFileSync(join(folder, 'file'), text)
  const asked = { file: 'file', entityColumn: 'entity', timeColumn: 'at' }
  const times: string[] = []
  for await (const { at } of readEntities(folder, asked, new Date('2026-06-01T00:00:00Z')))
    times.push(at.toISOString())
  return times
}
const csv = (at: string): string => `entity,at\nemail=ada@example.org,${at}\n`
const line = (at: string): string => JSON.stringify({ entity: 'email=ada@example.org', at })

it.each([
  ['CSV', csv('2026-03-01')],
  ['JSON lines', `${line('2026-03-01')}\n\n`],
])('%s is read as it is, and behind a byte order mark', async (_, text) => {
  const times = ['2026-03-01T00:00:00.000Z']
  expect(await timesOf(text)).toEqual(times)
  expect(await timesOf(`\uFEFF${text}`)).toEqual(times)
})

it.each([
  ['2026-03-01T12:00:00.5Z', '2026-03-01T12:00:00.500Z'],
  ['2026-03-01 12:00', '2026-03-01T12:00:00.000Z'],
  ['2026-03-01T12:00:00+02:00', '2026-03-01T10:00:00.000Z'],
  ['2026-03-01 12:00:00+00', '2026-03-01T12:00:00.000Z'],
])('%s is a time', async (text, at) => {
  expect(await timesOf(csv(text))).toEqual([at])
})

it.each(['2026-02-31', '2026-02-29T12:00:00Z', '2026-03-01 (noon) 12:00Z', '2026', 'yesterday'])(
  '%s is no time, which its line says',
  async (text) => {
    await expect(timesOf(csv(text))).rejects.toThrow('file, line 2: at is no time')
    await expect(timesOf(line(text))).rejects.toThrow('file, line 1: at is no time')
  },
)
