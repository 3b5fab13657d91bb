// The floor's share of the profiles service: frames in, as many rows as Tributary writes out, no logic in between.
import { readFileSync } from 'node:fs'
import { createClickHouse } from '#runtime/clickhouse/index.ts'
import { createRowSink } from '#runtime/clickhouse/row-sink.ts'
import type { RowBatch } from '#runtime/clickhouse/ports.ts'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import type { RoutedEvent } from '#runtime/event/event.ts'
import { definitionVersion, offset } from '#runtime/event/ids.ts'
import type { RecordBatch } from '#runtime/kafka/ports.ts'
import { withHeartbeat } from '#runtime/kafka/with-heartbeat.ts'
import { decodeFrame } from '#runtime/log/frame.ts'
import { racePipeline } from '../pipeline-file.ts'
import { createRows } from './constant-rows.ts'
import { readFromStart } from './handler.ts'
import { consumerOptions, openKafka, readSettings, stopOnTerm } from './settings.ts'

const settings = readSettings(process.argv.slice(2))
const kafka = openKafka(settings)
const clickhouse = createClickHouse({ url: settings.clickhouse, database: settings.database })
const sink = createRowSink(clickhouse)
const { features } = loadDefinition(readFileSync(racePipeline, 'utf8'), definitionVersion(0))
const rowsOf = createRows(features, settings)

/** As `profiles` ends a flush. */
const eventsPerFlush = 20_000

function* flushesOf({ partition, records }: RecordBatch): Generator<RowBatch> {
  let events: RoutedEvent[] = []
  let last = 0
  for (const record of records) {
    for (const { body } of decodeFrame(record.value ?? new Uint8Array()).messages)
      if (body.kind === 'event') events.push(body.event)
    last = record.offset
    if (events.length < eventsPerFlush) continue
    yield rowsOf(events, partition, last)
    events = []
  }
  yield rowsOf(events, partition, last)
}

const consumer = kafka.consumer(consumerOptions(settings))
await consumer.run(
  readFromStart(async (batch, control) => {
    for (const rows of flushesOf(batch)) await withHeartbeat(control, async () => sink.insert(rows))
    await control.commit(offset((batch.records.at(-1)?.offset ?? 0) + 1))
  }),
)
stopOnTerm(async () => {
  await consumer.stop()
  await sink.close()
  await clickhouse.close()
  await kafka.close()
})
