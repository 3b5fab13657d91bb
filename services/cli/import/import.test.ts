import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import { crmVendors } from '../../crm/core/vendors.ts'
import { plainSource } from '#runtime/channel/core/settings.ts'
import { createNormaliser } from '#runtime/channel/shell/create-normaliser.ts'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { definitionVersion, epochMs } from '#runtime/event/ids.ts'
import { isTributaryError } from '#runtime/errors/index.ts'
import type { OutgoingBatch } from '#runtime/kafka/ports.ts'
import type { ImportLedger, LedgerEntry } from './ledger.ts'
import { createRowMapper, type MappedRow } from './map-row.ts'
import { readMap } from './read-map.ts'
import { type FileRow, readRows } from './read-rows.ts'
import { sendRows } from './send-rows.ts'

it('points to an example that is in the image too, and can be read', async () => {
  const error: unknown = await readMap('/nowhere').catch((reason: unknown) => reason)
  const [readme = ''] = /^services\/\S+/.exec(isTributaryError(error) ? error.hint : '') ?? []
  const page = readFileSync(join(import.meta.dirname, '../../..', readme), 'utf8')
  const [, example = ''] = /^## Import$[^]*?^```yaml\n([^]*?)^```$/m.exec(page) ?? []
  writeFileSync(file, example)
  expect(await readMap(file)).toMatchObject({ source: 'old_shop', channel: 'crm' })
})

const fixture = (name: string): string => join(import.meta.dirname, '../../../test/fixtures', name)
const now = Date.UTC(2026, 0, 1)

let directory: string
let file: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tributary-import-'))
  file = join(directory, 'rows')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

async function collect(rows: AsyncIterable<FileRow>): Promise<FileRow[]> {
  const out: FileRow[] = []
  for await (const row of rows) out.push(row)
  return out
}

interface Sent {
  readonly events: Record<string, unknown>[]
  readonly rejected: (MappedRow & { readonly ok: false })[]
  entry: LedgerEntry
}
const start: LedgerEntry = { line: 0, sent: 0, rejected: 0, finishedAt: null }

/** Imports `file` into memory; `failAfter` sends, Kafka is gone. */
async function importInto(
  into: Sent,
  mapFile: string,
  failAfter = Number.POSITIVE_INFINITY,
): Promise<void> {
  let sends = 0
  const ledger: ImportLedger = {
    read: async () => Promise.resolve(into.entry),
    write: async (entry) => {
      into.entry = entry
      return Promise.resolve()
    },
  }
  const map = await readMap(mapFile)
  await sendRows(readRows(file, map), into.entry, {
    producer: {
      send: async (batches: readonly OutgoingBatch[]) => {
        sends += 1
        if (sends > failAfter) throw new Error('gone')
        for (const { records } of batches)
          for (const { value } of records)
            into.events.push(
              ...z
                .array(z.record(z.string(), z.unknown()))
                .parse(JSON.parse(Buffer.from(value ?? []).toString())),
            )
        return Promise.resolve()
      },
    },
    topic: 'channel.crm.import',
    fileHash: 'f'.repeat(64),
    mapper: createRowMapper({ channel: 'crm', map, fileHash: 'f'.repeat(64), region: null }),
    ledger,
    now: () => now,
    rejected: (row) => into.rejected.push(row),
    progress: () => {},
  })
}

const cdnow = [
  ' customer_id  date number_of_cds  dollar_value',
  ' 00001 19970101  1   11.77',
  ' 00002 19970112  1   12.00',
  ' 00002 19970112  1   12.00',
  ' 00003 19970231  2   20.76',
  ' 00004 19970101  2',
  '',
  ' 00005 19970101  2   2x.76',
].join('\r\n')

it('reads the CDNOW file by the map of the example: days, money, basis, and equal rows as events of their own', async () => {
  writeFileSync(file, cdnow)
  const into: Sent = { events: [], rejected: [], entry: start }
  await importInto(into, fixture('cdnow.map.yaml'))
  expect(into.events.slice(0, 3)).toEqual([
    {
      event_id: `${'f'.repeat(32)}/2`,
      source: 'cdnow',
      type: 'order_completed',
      occurred_at: '1997-01-01T00:00:00.000Z',
      identifiers: [{ type: 'crm_id', value: '00001' }],
      traits: {},
      consent: { analytics: 'basis' },
      properties: { total: 11.77, quantity: 1, currency: 'USD' },
    },
    expect.objectContaining({ event_id: `${'f'.repeat(32)}/3` }),
    expect.objectContaining({
      event_id: `${'f'.repeat(32)}/4`,
      identifiers: [{ type: 'crm_id', value: '00002' }],
    }),
  ])
  expect(into.rejected.map(({ record: { rejected } }) => [rejected.line, rejected.reason])).toEqual(
    [
      [5, 'invalid_time'],
      [6, 'invalid_csv_row'],
      [8, 'invalid_field'],
    ],
  )
  expect(into.entry).toMatchObject({ line: 8, sent: 3, rejected: 3 })
})

it('makes dead letters of the rows that could not be read, in the channel, with their lines', async () => {
  writeFileSync(file, cdnow)
  const into: Sent = { events: [], rejected: [], entry: start }
  await importInto(into, fixture('cdnow.map.yaml'))
  const definition = loadDefinition(
    readFileSync(fixture('cdnow.pipeline.yaml'), 'utf8'),
    definitionVersion(0),
  )
  const outcomes = createNormaliser({
    vendors: crmVendors,
    definition: definition.definition,
  }).normalise(into.events, plainSource('crm', 'import'), epochMs(now))
  expect(outcomes.map(({ outcome }) => outcome)).toEqual([
    'ok',
    'ok',
    'ok',
    ...Array.from({ length: 3 }, () => 'dead_letter'),
  ])
  expect(outcomes[0]).toMatchObject({
    event: { source: 'cdnow', eventId: `${'f'.repeat(32)}/2`, consent: { analytics: 'basis' } },
  })
  expect(outcomes[3]).toMatchObject({
    reason: 'invalid_time',
    detail: 'line 5 of the file: date is no time of the format yyyymmdd',
  })
})

it('goes on behind the last acknowledged row after an interruption, and sends the same ids when it starts anew', async () => {
  const rows = Array.from({ length: 10_000 }, (_, n) => ` ${n} 19970101 1 1.00`)
  writeFileSync(file, [' customer_id date number_of_cds dollar_value', ...rows].join('\n'))
  const interrupted: Sent = { events: [], rejected: [], entry: start }
  await expect(importInto(interrupted, fixture('cdnow.map.yaml'), 2)).rejects.toThrow('gone')
  expect(interrupted.entry.line).toBeGreaterThan(1)
  expect(interrupted.entry.line).toBeLessThan(10_001)
  expect(interrupted.events.length).toBe(interrupted.entry.sent)
  await importInto(interrupted, fixture('cdnow.map.yaml'))
  expect(interrupted.entry.sent).toBe(10_000)
  const whole: Sent = { events: [], rejected: [], entry: start }
  await importInto(whole, fixture('cdnow.map.yaml'))
  const ids = (into: Sent): unknown[] => into.events.map((event) => event['event_id'])
  expect(ids(interrupted)).toEqual(ids(whole))
  expect(new Set(ids(whole)).size).toBe(10_000)
})

it('reads quoted CSV, names a broken row by its line and goes on behind it', async () => {
  writeFileSync(file, 'a;b\n1;"two\nlines"\n"x"y;2\n3\n4;5\n')
  const rows = await collect(readRows(file, { delimiter: ';' }))
  expect(rows.filter(({ problem }) => problem === '').map(({ fields }) => fields)).toEqual([
    { a: '1', b: 'two\nlines' },
    { a: '"x"y', b: '2' },
    { a: '4', b: '5' },
  ])
  expect(rows.filter(({ problem }) => problem !== '').map(({ line }) => line)).toEqual([5])
})
