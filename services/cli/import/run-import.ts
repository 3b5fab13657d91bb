import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { topicName } from '#schemas/topics.ts'
import { isPhoneRegion } from '#runtime/channel/core/identifiers/phone.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import type { KafkaClient } from '#runtime/kafka/ports.ts'
import { type AuditTrail, audited } from '../shell/audit.ts'
import { readKafkaConfig } from '../shell/configuration.ts'
import { openKafka } from '../shell/connections.ts'
import { toJsonLine } from '../shell/json.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'
import { createImportLedger, type ImportLedger, type LedgerEntry } from './ledger.ts'
import { checkEncoding } from './open-text.ts'
import { readMap } from './read-map.ts'
import { rowsIn } from './rejected-report.ts'
import { type SentFile, sendFile } from './send-file.ts'

export interface ImportOptions extends SentFile {
  readonly map: string
  readonly phoneRegion: string | null
  /** Send a file again that the ledger knows as done. */
  readonly again: boolean
  readonly reason: string
  /** null: the account of this process. */
  readonly by: string | null
}

const nothingSent: LedgerEntry = { line: 0, sent: 0, rejected: 0, finishedAt: null }

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
    const sent = await sendFile(terminal, options, {
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
