import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { SingleBar } from 'cli-progress'
import { topicName } from '#schemas/topics.ts'
import { isPhoneRegion } from '#runtime/channel/core/identifiers/phone.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import type { Channel } from '#runtime/event/vocabulary.ts'
import type { KafkaClient } from '#runtime/kafka/ports.ts'
import { toIso } from '#runtime/time/iso.ts'
import { type AuditTrail, audited } from '../shell/audit.ts'
import { readKafkaConfig } from '../shell/configuration.ts'
import { openKafka } from '../shell/connections.ts'
import { toJsonLine } from '../shell/json.ts'
import { type ExitStatus, isInteractive, type Terminal } from '../shell/terminal.ts'
import { createImportLedger, type ImportLedger, type LedgerEntry } from './ledger.ts'
import { createRowMapper, type MappedRow } from './map-row.ts'
import { readMap } from './read-map.ts'
import { readRows } from './read-rows.ts'
import { sendRows } from './send-rows.ts'

export interface ImportOptions {
  readonly channel: Channel
  readonly file: string
  readonly map: string
  readonly phoneRegion: string | null
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
  rest(): void
} {
  let count = 0
  return {
    rejected({ record: { rejected } }) {
      count += 1
      if (count <= shownMax)
        terminal.stderr.write(`line ${rejected.line}: ${rejected.reason}: ${rejected.detail}\n`)
    },
    rest() {
      if (count > shownMax) terminal.stderr.write(`and ${count - shownMax} more rows\n`)
    },
  }
}

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
  const map = await readMap(options.map)
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
  const { hash: fileHash, bytes } = await hashFile(file)
  trail.add({ file_hash: fileHash })
  const mapHash = createHash('sha256')
    .update(await readFile(options.map))
    .digest('hex')
  const topic = topicName(readKafkaConfig(terminal).prefix, `channel.${channel}.import`)
  const kafka = openKafka(terminal)
  try {
    const ledger = await openLedger(kafka, terminal, topic, { fileHash, mapHash })
    const known = (await ledger.read()) ?? nothingSent
    if (known.finishedAt !== null && !options.again)
      return say(terminal, options, fileHash, known, true)
    const start = known.finishedAt === null ? known : nothingSent
    const bar = new SingleBar({
      format: `${basename(file)} [{bar}] {percentage}% | {rows} rows, {rejected} unreadable | {eta} s left`,
      noTTYOutput: false,
    })
    const interactive = isInteractive(terminal.stderr) && !options.json
    if (interactive) bar.start(bytes, 0, { rows: start.sent, rejected: start.rejected })
    const report = createReport(terminal)
    const producer = await kafka.producer()
    try {
      const done = await sendRows(readRows(file, map), start, {
        producer,
        topic,
        fileHash,
        ledger,
        mapper: createRowMapper({ channel, map, fileHash, region }),
        now: () => terminal.now().getTime(),
        rejected: (row) => report.rejected(row),
        progress: (at, { sent, rejected }) => {
          if (interactive) bar.update(at, { rows: sent, rejected })
        },
      })
      trail.add({ rows: done.sent, rejected: done.rejected })
      const finished = { ...done, finishedAt: toIso(terminal.now().getTime()) }
      await ledger.write(finished)
      if (interactive) bar.update(bytes, { rows: finished.sent, rejected: finished.rejected })
      return say(terminal, options, fileHash, finished, false)
    } finally {
      if (interactive) bar.stop()
      report.rest()
      await producer.close()
    }
  } finally {
    await kafka.close()
  }
}

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
        ? `${options.file} was imported at ${finishedAt ?? ''}: ${sent} rows. Nothing was sent (--again sends it once more; its events are known and count once).\n`
        : `${sent} rows sent to ${options.channel}, ${rejected} unreadable rows among the dead letters.\n`,
  )
  return rejected > 0 ? 1 : 0
}
