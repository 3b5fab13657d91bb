import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { SingleBar } from 'cli-progress'
import { topicName } from '#schemas/topics.ts'
import { type CountryCode, isPhoneRegion } from '#runtime/channel/core/identifiers/phone.ts'
import type { SourceMap } from '#runtime/definition/map-schema.ts'
import { isTributaryError, TributaryError } from '#runtime/errors/index.ts'
import type { Channel } from '#runtime/event/vocabulary.ts'
import type { KafkaClient } from '#runtime/kafka/ports.ts'
import { toIso } from '#runtime/time/iso.ts'
import { type AuditTrail, audited } from '../shell/audit.ts'
import { readKafkaConfig } from '../shell/configuration.ts'
import { openKafka } from '../shell/connections.ts'
import { listenForInterruption } from '../shell/interruption.ts'
import { toJsonLine } from '../shell/json.ts'
import { tame } from '../shell/tame.ts'
import { type ExitStatus, isInteractive, type Terminal } from '../shell/terminal.ts'
import { createImportLedger, type ImportLedger, type LedgerEntry } from './ledger.ts'
import { checkColumns } from './map-columns.ts'
import { createRowMapper, type MappedRow } from './map-row.ts'
import { checkEncoding } from './open-text.ts'
import { readMap } from './read-map.ts'

import { readRows } from './read-rows.ts'
import { sendRows } from './send-rows.ts'

export interface ImportOptions {
  readonly channel: Channel
  readonly file: string
  readonly map: string
  readonly phoneRegion: string | null
  /** Of the file; null: UTF-8, or UTF-16 by its mark. */
  readonly encoding: string | null
  /** Send a file again that the ledger knows as done. */
  readonly again: boolean
  readonly reason: string
  /** null: the account of this process. */
  readonly by: string | null
  readonly json: boolean
}

const nothingSent: LedgerEntry = { line: 0, sent: 0, rejected: 0, finishedAt: null }
const shownMax = 20

async function hashFile(file: string): Promise<{ readonly hash: string; readonly bytes: number }> {
  try {
    const hash = createHash('sha256')
    await pipeline(createReadStream(file), hash)
    return { hash: hash.digest('hex'), bytes: (await stat(file)).size }
  } catch (cause) {
    throw new TributaryError('TRB_CONFIG_INVALID', `the file ${file} cannot be read`, {
      cause,
      hint: 'Check the path.',
    })
  }
}

async function openLedger(
  kafka: KafkaClient,
  terminal: Terminal,
  topic: string,
  hashes: { readonly fileHash: string; readonly mapHash: string },
): Promise<ImportLedger> {
  const admin = await kafka.admin()
  try {
    const found = (await admin.describeTopics([topic])).get(topic)
    if (!found)
      throw new TributaryError('TRB_TOPIC_MISSING', `${topic} does not exist`, {
        context: { topic },
      })
    return createImportLedger(join(terminal.checkout, '.tributary', 'imports'), {
      clusterId: (await admin.clusterId()) ?? 'unknown',
      topicId: found.topicId ?? topic,
      ...hashes,
    })
  } finally {
    await admin.close()
  }
}

/** Rows that were not read, by line, as they come: the first ones one by one. */
function createReport(terminal: Terminal): {
  rejected(row: MappedRow & { ok: false }): void
  /** After the bar, which they would be written into. */
  print(): void
} {
  const shown: string[] = []
  let count = 0
  return {
    rejected({ record: { rejected } }) {
      count += 1
      if (count <= shownMax)
        shown.push(`line ${rejected.line}: ${rejected.reason}: ${rejected.detail}\n`)
    },
    print() {
      if (count > shownMax) shown.push(`and ${rowsIn(count - shownMax)} more\n`)
      terminal.stderr.write(tame(shown.join('')))
    },
  }
}

const rowsIn = (count: number): string => (count === 1 ? '1 row' : `${count} rows`)

/** `tributary import`: sends the rows of a file to the import topic of a channel. 1: some rows could not be read. */
export const runImport = async (terminal: Terminal, options: ImportOptions): Promise<ExitStatus> =>
  audited(
    terminal,
    { command: 'import', ...options, details: { channel: options.channel } },
    async (trail) => importFile(terminal, options, trail),
  )

async function importFile(
  terminal: Terminal,
  options: ImportOptions,
  trail: AuditTrail,
): Promise<ExitStatus> {
  const { channel, file } = options
  const map = await readMap(options.map, (message) =>
    terminal.stderr.write(`warning: the map ${options.map}: ${message}\n`),
  )
  const region = options.phoneRegion
  if (region !== null && !isPhoneRegion(region))
    throw new TributaryError('TRB_CONFIG_INVALID', `${region} is no country`, {
      hint: 'Give two letters of ISO 3166, e.g. DE.',
    })
  if (map.channel !== undefined && map.channel !== channel)
    throw new TributaryError(
      'TRB_CONFIG_INVALID',
      `the map is for the channel ${map.channel}, not ${channel}`,
    )
  checkEncoding(options.encoding)
  const { hash: fileHash, bytes } = await hashFile(file)
  trail.add({ file_hash: fileHash })
  const mapHash = createHash('sha256')
    .update(await readFile(options.map))
    .update(options.encoding ?? '')
    .digest('hex')
  const topic = topicName(readKafkaConfig(terminal).prefix, `channel.${channel}.import`)
  const kafka = openKafka(terminal)
  try {
    const ledger = await openLedger(kafka, terminal, topic, { fileHash, mapHash })
    const known = (await ledger.read()) ?? nothingSent
    if (known.finishedAt !== null && !options.again)
      return say(terminal, options, fileHash, known, true)
    const start = known.finishedAt === null ? known : nothingSent
    const sent = await send(terminal, options, {
      kafka,
      ledger,
      start,
      topic,
      map,
      fileHash,
      region,
      bytes,
      trail,
    })
    return say(terminal, options, fileHash, sent, false)
  } finally {
    await kafka.close()
  }
}

interface Work {
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
async function send(
  terminal: Terminal,
  { channel, file, encoding, json }: ImportOptions,
  { kafka, ledger, start, topic, map, fileHash, region, bytes, trail }: Work,
): Promise<LedgerEntry> {
  const bar = new SingleBar({
    format: `${basename(file)} [{bar}] {percentage}% | {rows} rows, {rejected} unreadable | {eta} s left`,
    noTTYOutput: false,
  })
  const interactive = isInteractive(terminal.stderr) && !json
  if (interactive) bar.start(bytes, 0, { rows: start.sent, rejected: start.rejected })
  const report = createReport(terminal)
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

function say(
  terminal: Terminal,
  options: ImportOptions,
  fileHash: string,
  entry: LedgerEntry,
  already: boolean,
): ExitStatus {
  const { sent, rejected, finishedAt } = entry
  terminal.stdout.write(
    options.json
      ? toJsonLine({
          file: options.file,
          file_hash: fileHash,
          sent,
          rejected,
          finished_at: finishedAt,
          already,
        })
      : already
        ? `${options.file} was imported at ${finishedAt ?? ''}: ${rowsIn(sent)} sent, ${rejected} unreadable. Nothing was sent now (--again sends it once more; its events are known and count once).\n`
        : `${rowsIn(sent)} sent to ${options.channel}, ${rejected} unreadable${rejected === 0 ? '' : ', which become dead letters'}.\n`,
  )
  return rejected > 0 ? 1 : 0
}
