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
import { checkColumns, columnsOf } from './map-columns.ts'
import { createRowMapper, type MappedRow } from './map-row.ts'
import { readMap } from './read-map.ts'
import { type FileRow, readRows } from './read-rows.ts'
import { rowBytesMax, sendRows } from './send-rows.ts'

it('points to an example that is in the image too, and can be read', async () => {
  const error: unknown = await readMap('/nowhere').catch((reason: unknown) => reason)
  const [readme = ''] = /^services\/\S+/.exec(isTributaryError(error) ? error.hint : '') ?? []
  const page = readFileSync(join(import.meta.dirname, '../../..', readme), 'utf8')
  const [, example = ''] = /^## Import$[^]*?^```yaml\n([^]*?)^```$/m.exec(page) ?? []
  writeFileSync(file, example)
  expect(await readMap(file)).toMatchObject({ source: 'old_shop', channel: 'crm' })
})

const mapOf = (changes: string): string =>
  `source: old_shop
event_id: id
type: { const: page_viewed }
occurred_at: { path: at, format: iso }
identifiers: [{ type: user_id, path: user }]
${changes}`

it.each([
  ['format: iso', 'format: YYYY-MM-DD', 'occurred_at.format: YYYY-MM-DD is no format of times'],
  ['const: page_viewed', 'const: page_viwed', 'type.const: no source sends events of type'],
  ['const: page_viewed', 'field: kind, table: { v: page_viwed }', 'type.table.v: no source sends'],
])('refuses in a map what lint refuses of a source: %s as %s', async (right, wrong, message) => {
  writeFileSync(file, mapOf('').replace(right, wrong))
  const error: unknown = await readMap(file).catch((reason: unknown) => reason)
  expect(isTributaryError(error, 'TRB_CONFIG_INVALID') && error.message).toContain(message)
})

it('warns of a path that another language reads', async () => {
  const said: string[] = []
  writeFileSync(file, mapOf("properties: { page: '$.page' }"))
  await readMap(file, (message) => said.push(message))
  expect(said).toEqual([expect.stringContaining('properties.page: $.page is read as names')])
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
  /** Bytes of the largest record. */
  largest?: number
}
const start: LedgerEntry = { line: 0, sent: 0, rejected: 0, finishedAt: null }

/** Imports `file` into memory; `failAfter` sends, Kafka is gone. */
async function importInto(
  into: Sent,
  mapFile: string,
  failAfter = Number.POSITIVE_INFINITY,
  stop = new AbortController(),
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
        into.largest = Math.max(
          into.largest ?? 0,
          ...batches.flatMap(({ records }) => records.map(({ value }) => value?.length ?? 0)),
        )
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
    signal: stop.signal,
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

it('sends a row that no record can hold as rejected, without its cells, and those behind it', async () => {
  const cell = '\u0001'.repeat(400_000)
  const header = ' customer_id date number_of_cds dollar_value'
  writeFileSync(file, [header, `1 19970101 1 ${cell}`, '2 19970101 1 1.00'].join('\n'))
  const into: Sent = { events: [], rejected: [], entry: start }
  await importInto(into, fixture('cdnow.map.yaml'))
  expect(into.events.map((event) => [event['event_id'], event['row']])).toEqual([
    [`${'f'.repeat(32)}/2`, null],
    [`${'f'.repeat(32)}/3`, undefined],
  ])
  expect(into.rejected[0]?.record.rejected).toMatchObject({ line: 2, reason: 'event_too_large' })
  expect(into.largest).toBeLessThan(rowBytesMax)
})

it('ends when it is told to, with all that it sent in the ledger', async () => {
  const rows = Array.from({ length: 10_000 }, (_, n) => ` ${n} 19970101 1 1.00`)
  writeFileSync(file, [' customer_id date number_of_cds dollar_value', ...rows].join('\n'))
  const into: Sent = { events: [], rejected: [], entry: start }
  const stop = new AbortController()
  stop.abort(new Error('told to'))
  await expect(importInto(into, fixture('cdnow.map.yaml'), undefined, stop)).rejects.toThrow(
    'told to',
  )
  expect(into.entry.sent).toBeGreaterThan(0)
  expect(into.entry.sent).toBe(into.events.length)
  expect(into.entry.sent).toBeLessThan(10_000)
})

it('takes no file whose columns the map does not know, and repeats nothing of its first line', async () => {
  const map = await readMap(fixture('cdnow.map.yaml'))
  const check = (names: readonly string[]) => (): void => checkColumns(map, names)
  const [id = '', day = '', count = '', value = ''] = columnsOf(map)
  expect(check([value, count, 'another', day, id])).not.toThrow()
  expect(check(['Ada Lovelace', id, day])).toThrow(
    `the map reads columns that the file does not have: ${count}, ${value}; its first line, parted by blanks, names 3`,
  )
  expect(check([])).toThrow('it is empty')
  expect(check([id, day, count, value, day])).toThrow(`more than one column of the name ${day}`)
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
