import { setTimeout as sleep } from 'node:timers/promises'
import { checkTopics } from '#runtime/boot/topics.ts'
import {
  definitionAt,
  latestDefinition,
  type StoredDefinition,
} from '#runtime/definition/deploy/definition-log.ts'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { definitionVersion, epochMs } from '#runtime/event/ids.ts'
import type { GenerationsRecord, NextGeneration } from '#runtime/generation/index.ts'
import { topicName } from '#schemas/topics.ts'
import { renderFindings } from '../lint/render-findings.ts'
import { toJsonLine } from '../shell/json.ts'
import { type AuditTrail, audited } from '../shell/audit.ts'
import { listenForInterruption } from '../shell/interruption.ts'
import { ownAccount } from '../shell/own-account.ts'
import { readInput } from '../shell/read-input.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'
import { outcomeJson, printOutcome, type RebuildOutcome } from './describe-rebuild.ts'
import { throughOutages } from './outages.ts'
import { isAskedFor, planRebuild } from './plan-rebuild.ts'
import { noticesOf } from './new-key/notices.ts'
import { type OpenRaw, openRaw } from './new-key/open-raw.ts'
import { rebuildKeys } from './new-key/rebuild-keys.ts'
import { runNewKeyDryRun } from './new-key/run-dry-run.ts'
import { runRebuild } from './rebuild.ts'
import { openRebuild, type RebuildConnections } from './shell/connections.ts'
import { openPorts } from './shell/open-ports.ts'
import { startOwnServices } from './shell/own-services.ts'
import { beSoleRebuild } from './shell/sole-rebuild.ts'
import { createWatch } from './watch.ts'

export interface RebuildArguments {
  /** null: the pipeline file in force. */
  readonly file: string | null
  readonly partitions: number | null
  readonly sliceMs: number
  readonly sliceEvents: number
  /** Run profiles and identity of the new generation as children of this command. */
  readonly services: boolean
  /** Let the new generation apply what the old one does not. */
  readonly undrained: boolean
  /** Make all pseudonyms anew, with the next installation key, from the raw topics. */
  readonly newKey: boolean
  /** Of a new key: only say what it would be made of. */
  readonly dryRun: boolean
  readonly keepOld: boolean
  /** Consumers of public changes hear who enters and leaves by it. */
  readonly notify: boolean
  readonly by: string | null
  readonly reason: string
  readonly cluster: string | null
  readonly replicated: boolean
  readonly json: boolean
}

/** `tributary rebuild`: builds a generation, or goes on with the one that is being built. */
export async function runRebuildCommand(
  terminal: Terminal,
  asked: RebuildArguments,
): Promise<ExitStatus> {
  refuseTogether(asked)
  if (asked.dryRun) {
    await using connections = await openRebuild(terminal, asked)
    return await runNewKeyDryRun(
      terminal,
      connections,
      await definitionInForce(connections),
      asked.json,
    )
  }
  return audited(terminal, { command: 'rebuild', ...asked }, async (trail) =>
    rebuild(terminal, asked, trail),
  )
}

function refuseTogether({ dryRun, newKey, undrained }: RebuildArguments): void {
  if (dryRun && !newKey)
    throw new TributaryError('TRB_USAGE', '--dry-run is for --new-key', {
      hint: 'What another file changes: tributary deploy --dry-run.',
    })
  if (newKey && undrained)
    throw new TributaryError('TRB_USAGE', '--new-key and --undrained exclude each other', {
      hint: 'What the old generation never applied can be read under its own key alone: mend it first, tributary rebuild.',
    })
}

async function definitionInForce(connections: RebuildConnections): Promise<CompiledDefinition> {
  const { kafka, prefix } = connections
  const { live } = await connections.read()
  const topic = topicName(prefix, 'pipeline.definitions')
  const stored = await latestDefinition(kafka.reader(), topic, live.generation)
  if (stored === null)
    throw new TributaryError('TRB_NOT_FOUND', `no pipeline file is deployed on ${topic}`, {
      hint: 'tributary deploy infra/pipeline.yaml',
    })
  return loadDefinition(stored.content, stored.version)
}

async function rebuild(
  terminal: Terminal,
  asked: RebuildArguments,
  trail: AuditTrail,
): Promise<ExitStatus> {
  const text = asked.file === null ? null : await readInput(terminal, asked.file)
  await using connections = await openRebuild(terminal, asked)
  const { kafka, admin, prefix } = connections
  const present = await connections.read()
  await checkTopics(admin, ['pipeline.generations', 'profile.log', 'identity.links'], {
    prefix,
    generation: present.live.generation,
    profileLogPartitions: present.live.partitions,
  })
  const sole = await beSoleRebuild(kafka, admin, prefix)
  using interruption = listenForInterruption(process)
  const ends = [sole.lost, interruption.interrupted]
  try {
    const planned = await plan(terminal, connections, asked, text)
    if (planned === null) return 1
    const { generation, definition, key = null } = planned.next
    trail.add({ generation, definition, key })
    await trail.save()
    const outcome = await buildThroughOutages(terminal, connections, asked, planned, ends)
    terminal.stdout.write(asked.json ? toJsonLine(outcomeJson(outcome)) : printOutcome(outcome))
    return 0
  } finally {
    await sole.release()
  }
}

const outage = { pauseMs: 5000, patienceMs: 600_000 } as const

/** Builds as a command does that is started again, in this very process. */
const buildThroughOutages = async (
  terminal: Terminal,
  connections: RebuildConnections,
  asked: RebuildArguments,
  planned: Planned,
  ends: readonly Promise<never>[],
): Promise<RebuildOutcome> =>
  throughOutages(
    async (isFirst) => {
      if (isFirst) return build(terminal, connections, asked, planned, ends)
      const record = await connections.read()
      if (record.next === null)
        throw new TributaryError(
          'TRB_REBUILD_UNDER_WAY',
          `generation ${planned.next.generation} serves, and what it replaced is still there`,
          { hint: 'tributary rebuild drop' },
        )
      return build(terminal, connections, asked, { ...planned, record, next: record.next }, ends)
    },
    {
      async pause({ message }) {
        terminal.stderr.write(`${message}; trying again\n`)
        await Promise.race([sleep(outage.pauseMs), ...ends])
      },
      now: () => performance.now(),
      patienceMs: outage.patienceMs,
    },
  )

interface Planned {
  readonly record: GenerationsRecord
  readonly next: NextGeneration
  readonly notices: readonly string[]
}

/** What is to be built: the one that is under way, or a new one. null: the file has errors, and they were said. */
async function plan(
  terminal: Terminal,
  connections: RebuildConnections,
  asked: RebuildArguments,
  text: string | null,
): Promise<Planned | null> {
  const { kafka, producer, prefix } = connections
  const record = await connections.read()
  if (record.next !== null) {
    const stored = await storedDefinition(connections, record.next.definition)
    if (!isAskedFor(record.next, stored, { ...asked, text }))
      throw new TributaryError(
        'TRB_REBUILD_UNDER_WAY',
        `generation ${record.next.generation} is being built already, with ${record.next.partitions} partitions under definition ${record.next.definition}, which is not what is asked for here`,
        {
          hint: 'Go on with it: tributary rebuild, without arguments. Or give it up: tributary rebuild abort.',
        },
      )
    return { record, next: record.next, notices: [] }
  }
  if (record.previous !== null)
    throw new TributaryError(
      'TRB_REBUILD_UNDER_WAY',
      `generation ${record.previous.generation} was replaced and is still there`,
      { hint: 'tributary rebuild drop' },
    )
  const keys = asked.newKey
    ? await rebuildKeys(terminal, connections, record.live.generation, null)
    : null
  const planned = await planRebuild(
    { reader: kafka.reader(), producer, definitions: topicName(prefix, 'pipeline.definitions') },
    record,
    {
      text,
      partitions: asked.partitions,
      key: keys?.next.id ?? null,
      notify: asked.notify,
      at: epochMs(terminal.now().getTime()),
      by: asked.by ?? ownAccount(),
    },
  )
  if (!('record' in planned)) {
    const { findings } = planned
    terminal.stdout.write(
      asked.json
        ? toJsonLine({ findings })
        : renderFindings(asked.file ?? '', text ?? '', findings),
    )
    return null
  }
  await connections.save(planned.record)
  const { next } = planned.record
  return { record: planned.record, next, notices: planned.notices }
}

/** Phases in which nobody folds the new generation any more, until it serves. */
const ownersAreDone: ReadonlySet<NextGeneration['phase']> = new Set(['exchanging', 'opening'])

async function build(
  terminal: Terminal,
  connections: RebuildConnections,
  asked: RebuildArguments,
  { record, next, notices }: Planned,
  /** What else ends the command: it is not the only one any more, or somebody told it to end. */
  ends: readonly Promise<never>[],
): Promise<RebuildOutcome> {
  const definition = await definitionOf(connections, next.definition)
  const shadow = connections.openShadow(next.generation)
  await using raw = await rawOf(terminal, connections, record, next, definition)
  const stopping = new AbortController()
  const watch = await createWatch(terminal, asked.json, async () => eventsOf(connections))
  const services =
    asked.services && !ownersAreDone.has(next.phase)
      ? startOwnServices(terminal, next.generation)
      : null
  try {
    const ports = openPorts(connections, {
      record,
      next,
      definition,
      shadow,
      now: terminal.now,
      signal: stopping.signal,
      report: watch.report,
      raw: raw?.raw ?? null,
      dismiss: async () => services?.stop(),
    })
    const work = runRebuild(ports, record, {
      sliceMs: asked.sliceMs,
      sliceEvents: asked.sliceEvents,
      drained: !asked.undrained,
      keepOld: asked.keepOld,
    })
    try {
      await Promise.race([work, ...ends, ...(services === null ? [] : [services.failed])])
    } finally {
      // The work ends at its next look; what it is in the middle of needs its connections until then.
      stopping.abort()
      await work.catch(() => undefined)
    }
    const last = watch.last()
    return {
      generation: next.generation,
      replaced: record.live.generation,
      definition: next.definition,
      partitions: next.partitions,
      rounds: last?.epoch ?? 0,
      slices: last?.slice ?? 0,
      events: last?.events ?? 0,
      links: last?.links ?? 0,
      seconds: (terminal.now().getTime() - next.startedAt) / 1000,
      pausedSeconds: watch.pausedMs() / 1000,
      dropped: !asked.keepOld,
      key: next.key ?? null,
      raw: raw?.raw.leftOver() ?? null,
      notices: [...notices, ...(await noticesOf(ports))],
    }
  } finally {
    watch.end()
    await services?.stop()
    await shadow.close()
  }
}

/** A generation under a new key is fed from raw topics. null: the key stays. */
async function rawOf(
  terminal: Terminal,
  connections: RebuildConnections,
  { live }: GenerationsRecord,
  { generation, key, partitions }: NextGeneration,
  definition: CompiledDefinition,
): Promise<OpenRaw | null> {
  if (key === undefined) return null
  const keys = await rebuildKeys(terminal, connections, live.generation, key)
  return openRaw(terminal, connections, { definition, generation, partitions, keys })
}

async function storedDefinition(
  { kafka, prefix }: RebuildConnections,
  version: number,
): Promise<StoredDefinition> {
  const topic = topicName(prefix, 'pipeline.definitions')
  const stored = await definitionAt(kafka.reader(), topic, definitionVersion(version))
  if (stored === null)
    throw new TributaryError('TRB_NOT_FOUND', `${topic} has no definition ${version}`)
  return stored
}

async function definitionOf(
  connections: RebuildConnections,
  version: number,
): Promise<CompiledDefinition> {
  const stored = await storedDefinition(connections, version)
  return loadDefinition(stored.content, stored.version)
}

/** As many events as there are now, for the bar. */
async function eventsOf({ clickhouse }: RebuildConnections): Promise<number> {
  const [row] = await clickhouse.query<{ n: string }>('SELECT count() AS n FROM events')
  return Number(row?.n ?? 0)
}
