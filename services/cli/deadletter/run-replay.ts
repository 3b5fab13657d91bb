import { setTimeout as sleep } from 'node:timers/promises'
import { SingleBar } from 'cli-progress'
import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { definitionInForce } from '#runtime/definition/deploy/in-force.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import type { KafkaClient } from '#runtime/kafka/ports.ts'
import type { Sealer } from '#runtime/keys/index.ts'
import { topicName } from '#schemas/topics.ts'
import { readKafkaConfig } from '../shell/configuration.ts'
import { openClickHouse, openKafka } from '../shell/connections.ts'
import { type AuditTrail, audited } from '../shell/audit.ts'
import { listenForInterruption } from '../shell/interruption.ts'
import { ownAccount } from '../shell/own-account.ts'
import { toJsonLine } from '../shell/json.ts'
import { askServingGeneration } from '../shell/serving-generation.ts'
import { type ExitStatus, isInteractive, type Terminal } from '../shell/terminal.ts'
import { failedAgain } from './failed-again.ts'
import { letterSealer } from './letter-sealer.ts'
import { type LetterStatus, statuses } from './letter.ts'
import { parseWhere, type Selection } from './parse-where.ts'
import { type PlannedReplay, planReplay, type ReplayPlan } from './plan-replay.ts'
import { type ChosenLetter, readGroups, readRecords, readSealed } from './read-letters.ts'
import { printReplay, type ReplayReport, replayReport } from './replay-report.ts'
import { createTargets } from './replay-target.ts'
import { conditionOf } from './select-letters.ts'
import { replayTopicOf, sendReplays, type SendResult } from './send-replays.ts'
import { waitForReplays } from './wait-for-replays.ts'

export interface ReplayArguments {
  readonly where: readonly string[]
  readonly dryRun: boolean
  /** Also those that were sent before and did not come back. */
  readonly again: boolean
  /** Records of one run. */
  readonly limit: number
  /** null: the account of this process. */
  readonly by: string | null
  readonly reason: string
  /** null: do not wait. */
  readonly waitMs: number | null
  readonly json: boolean
}

const goesOn = 'Start it again: what was sent is left out.'

/**
 * `tributary deadletter replay`: sends matching records to the replay topic of their channel. 1: nothing matches, something cannot be sent
 * again, or failed again while we waited.
 */
export async function runReplay(terminal: Terminal, asked: ReplayArguments): Promise<ExitStatus> {
  if (asked.dryRun) return replay(terminal, asked, null)
  const { by, reason, where } = asked
  return audited(
    terminal,
    { command: 'deadletter replay', by, reason, details: { where } },
    async (trail) => replay(terminal, asked, trail),
  )
}

async function replay(
  terminal: Terminal,
  asked: ReplayArguments,
  trail: AuditTrail | null,
): Promise<ExitStatus> {
  const selection = parseWhere(asked.where, terminal.now())
  const { prefix } = readKafkaConfig(terminal)
  const sealer = letterSealer(terminal)
  const clickhouse = openClickHouse(terminal)
  const kafka = openKafka(terminal)
  try {
    const chosen = await choose(clickhouse, selection, asked, prefix)
    const topic = topicName(prefix, 'pipeline.definitions')
    const { generation } = await askServingGeneration(kafka, { prefix, partitions: 1 })
    const { definition } = await definitionInForce(kafka.reader(), topic, generation)
    const plan = planReplay(chosen.letters, createTargets(definition, prefix))
    await checkTopics(kafka, plan, prefix)
    using interruption = listenForInterruption(process, goesOn)
    const { interrupted, signal } = interruption
    const result = await send(terminal, asked, plan, { clickhouse, kafka, sealer, prefix, signal })
    trail?.add({ records: result.sent.length })
    refuseUnfinished(signal, result, plan)
    const report = replayReport(result, plan, { ...chosen, dryRun: asked.dryRun, prefix })
    if (asked.waitMs === null || result.sent.length === 0 || asked.dryRun)
      return say(terminal, asked, report)
    const settled = await Promise.race([
      settle(asked.waitMs, result.sent, { clickhouse, kafka, prefix }),
      interrupted,
    ]).catch((error: unknown) => {
      say(terminal, asked, report)
      throw error
    })
    return say(terminal, asked, { ...report, failed_again: settled })
  } finally {
    await kafka.close()
    await clickhouse.close()
  }
}

/** Letters of the records that are meant, and how many are left out because they were sent before. */
async function choose(
  clickhouse: ClickHouse,
  selection: Selection,
  { again, limit }: ReplayArguments,
  prefix: string,
): Promise<{
  readonly letters: readonly ChosenLetter[]
  readonly alreadyReplayed: number
  readonly more: boolean
}> {
  const wanted: readonly string[] = selection.status ?? statuses
  const replayed: LetterStatus = 'replayed'
  const sendable = again ? wanted : wanted.filter((status) => status !== replayed)
  const found = await readRecords(
    clickhouse,
    conditionOf({ ...selection, status: sendable }, prefix),
    limit + 1,
  )
  const skipped =
    again || !wanted.includes(replayed)
      ? []
      : await readGroups(clickhouse, conditionOf({ ...selection, status: [replayed] }, prefix))
  const places = new Set<string>()
  const letters = found.filter(({ topic, partition, offset, receivedAt }) => {
    places.add(`${topic}/${partition}/${offset} ${receivedAt}`)
    return places.size <= limit
  })
  return {
    letters,
    alreadyReplayed: skipped.reduce((sum, group) => sum + group.letters, 0),
    more: places.size > limit,
  }
}

async function checkTopics(
  kafka: KafkaClient,
  { records }: ReplayPlan,
  prefix: string,
): Promise<void> {
  const topics = [...new Set(records.map((record) => replayTopicOf(prefix, record)))]
  const admin = await kafka.admin()
  try {
    const there = await admin.describeTopics(topics)
    const missing = topics.filter((topic) => !there.has(topic))
    if (missing.length > 0)
      throw new TributaryError('TRB_TOPIC_MISSING', `there is no ${missing.join(', no ')}`)
  } finally {
    await admin.close()
  }
}

interface Connections {
  readonly clickhouse: ClickHouse
  readonly kafka: KafkaClient
  readonly prefix: string
}

async function send(
  terminal: Terminal,
  asked: ReplayArguments,
  { records }: ReplayPlan,
  {
    clickhouse,
    kafka,
    prefix,
    sealer,
    signal,
  }: Connections & { readonly sealer: Sealer; readonly signal: AbortSignal },
): Promise<SendResult> {
  const bar = new SingleBar({
    format: 'dead letters [{bar}] {percentage}% | {value} of {total} records | {eta} s left',
    noTTYOutput: false,
  })
  const watched = isInteractive(terminal.stderr) && !asked.json && records.length > 0
  const producer = asked.dryRun || records.length === 0 ? null : await kafka.producer()
  if (watched) bar.start(records.length, 0)
  try {
    return await sendReplays(records, {
      producer,
      clickhouse,
      sealer,
      prefix,
      by: asked.by ?? ownAccount(),
      note: asked.reason,
      now: terminal.now,
      readSealed: async (step) =>
        readSealed(
          clickhouse,
          step.map(({ place }) => place),
        ),
      progress: (done) => {
        if (watched) bar.update(done)
      },
      signal,
    })
  } finally {
    if (watched) bar.stop()
    await producer?.close()
  }
}

/** @throws TributaryError TRB_INTERRUPTED when it was told to end before all were sent. */
function refuseUnfinished(
  signal: AbortSignal,
  { notReplayable, sent }: SendResult,
  { records }: ReplayPlan,
): void {
  if (!signal.aborted || sent.length + notReplayable.length === records.length) return
  throw new TributaryError(
    'TRB_INTERRUPTED',
    `told to end before the work was done: ${sent.length} of ${records.length} records were sent`,
    { cause: signal.reason, hint: goesOn },
  )
}

async function settle(
  timeoutMs: number,
  sent: readonly PlannedReplay[],
  { clickhouse, kafka, prefix }: Connections,
): Promise<ReplayReport['failed_again']> {
  const admin = await kafka.admin()
  try {
    await waitForReplays([...new Set(sent.map(({ target }) => target.channel))], {
      admin,
      prefix,
      timeoutMs,
      now: () => performance.now(),
      sleep: async (ms) => sleep(ms),
    })
  } finally {
    await admin.close()
  }
  return failedAgain(clickhouse, sent)
}

function say(terminal: Terminal, { json }: ReplayArguments, report: ReplayReport): ExitStatus {
  terminal.stdout.write(json ? toJsonLine(report) : printReplay(report))
  const nothing = report.records === 0 && report.already_replayed === 0
  const failed = (report.failed_again?.letters ?? 0) > 0
  return nothing || failed || report.not_replayable.records > 0 ? 1 : 0
}
