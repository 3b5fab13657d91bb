import { basename } from 'node:path'
import { SingleBar } from 'cli-progress'
import type { CountryCode } from '#runtime/channel/core/identifiers/phone.ts'
import type { SourceMap } from '#runtime/definition/map-schema.ts'
import { isTributaryError, TributaryError } from '#runtime/errors/index.ts'
import type { Channel } from '#runtime/event/vocabulary.ts'
import type { KafkaClient } from '#runtime/kafka/ports.ts'
import { toIso } from '#runtime/time/iso.ts'
import type { AuditTrail } from '../shell/audit.ts'
import { listenForInterruption } from '../shell/interruption.ts'
import { isInteractive, type Terminal } from '../shell/terminal.ts'
import type { ImportLedger, LedgerEntry } from './ledger.ts'
import { checkColumns } from './map-columns.ts'
import { createRowMapper } from './map-row.ts'
import { readRows } from './read-rows.ts'
import { createRejectedReport, rowsIn } from './rejected-report.ts'
import { sendRows } from './send-rows.ts'

/** A file that is sent, and who watches. */
export interface SentFile {
  readonly channel: Channel
  readonly file: string
  /** null: UTF-8, or UTF-16 by its mark. */
  readonly encoding: string | null
  readonly json: boolean
}

export interface Work {
  readonly kafka: KafkaClient
  readonly ledger: ImportLedger
  readonly start: LedgerEntry
  readonly topic: string
  readonly map: SourceMap
  readonly fileHash: string
  readonly region: CountryCode | null
  /** Of the whole file. */
  readonly bytes: number
  readonly trail: AuditTrail
}

/** @throws TributaryError TRB_INTERRUPTED with how far it came, when it is told to end. */
export async function sendFile(
  terminal: Terminal,
  { channel, file, encoding, json }: SentFile,
  { kafka, ledger, start, topic, map, fileHash, region, bytes, trail }: Work,
): Promise<LedgerEntry> {
  const bar = new SingleBar({
    format: `${basename(file)} [{bar}] {percentage}% | {rows} rows, {rejected} unreadable | {eta} s left`,
    noTTYOutput: false,
  })
  const interactive = isInteractive(terminal.stderr) && !json
  if (interactive) bar.start(bytes, 0, { rows: start.sent, rejected: start.rejected })
  const report = createRejectedReport(terminal)
  const producer = await kafka.producer()
  using interruption = listenForInterruption(process)
  const stopping = new AbortController()
  let reached = start
  const rows = readRows(file, map, { encoding, columns: (names) => checkColumns(map, names) })
  const work = sendRows(rows, start, {
    producer,
    topic,
    fileHash,
    ledger: {
      read: async () => ledger.read(),
      async write(entry) {
        await ledger.write(entry)
        reached = entry
      },
    },
    mapper: createRowMapper({ channel, map, fileHash, region }),
    now: () => terminal.now().getTime(),
    signal: stopping.signal,
    rejected: (row) => report.rejected(row),
    progress: (at, { sent, rejected }) => {
      if (interactive) bar.update(at, { rows: sent, rejected })
    },
  })
  try {
    const done = await Promise.race([work, interruption.interrupted])
    const finished = { ...done, finishedAt: toIso(terminal.now().getTime()) }
    await ledger.write(finished)
    if (interactive) bar.update(bytes, { rows: finished.sent, rejected: finished.rejected })
    return finished
  } catch (error) {
    stopping.abort()
    // What is under way is acknowledged and noted before the command ends.
    await work.catch(() => undefined)
    throw interrupted(error, reached)
  } finally {
    trail.add({ rows: reached.sent, rejected: reached.rejected })
    if (interactive) bar.stop()
    report.print()
    await producer.close()
  }
}

const interrupted = (error: unknown, { sent, rejected, line }: LedgerEntry): unknown =>
  isTributaryError(error) && error.code === 'TRB_INTERRUPTED'
    ? new TributaryError(
        'TRB_INTERRUPTED',
        `told to end before the work was done: ${rowsIn(sent)} sent and ${rejected} unreadable up to line ${line}`,
        { cause: error, hint: 'The same command goes on behind that line.' },
      )
    : error
