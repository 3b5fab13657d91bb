import { setTimeout as sleep } from 'node:timers/promises'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import type { GenerationsRecord, NextGeneration } from '#runtime/generation/index.ts'
import type { Terminal } from '../shell/terminal.ts'
import type { RebuildArguments } from './arguments.ts'
import { definitionOf } from './definitions.ts'
import { doneUnlessEnded } from './done-unless-ended.ts'
import type { RebuildOutcome } from './describe-rebuild.ts'
import { noticesOf } from './new-key/notices.ts'
import { type OpenRaw, openRaw } from './new-key/open-raw.ts'
import { rebuildKeys } from './new-key/rebuild-keys.ts'
import { throughOutages } from './outages.ts'
import type { Planned } from './plan-command.ts'
import { runRebuild } from './rebuild.ts'
import type { RebuildConnections } from './shell/connections.ts'
import { openPorts } from './shell/open-ports.ts'
import { startOwnServices } from './shell/own-services.ts'
import { createWatch } from './watch.ts'

const outage = { pauseMs: 5000, patienceMs: 600_000 } as const

/** Builds as a command does that is started again, in this very process. */
export const buildThroughOutages = async (
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
      waits: watch.waits,
      raw: raw?.raw ?? null,
      dismiss: async () => services?.stop(),
    })
    const work = runRebuild(ports, record, {
      sliceMs: asked.sliceMs,
      sliceEvents: asked.sliceEvents,
      drained: !asked.undrained,
      keepOld: asked.keepOld,
    })
    await doneUnlessEnded(
      work,
      [...ends, ...(services === null ? [] : [services.failed])],
      stopping,
    )
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

/** As many events as there are now, for the bar. */
async function eventsOf({ clickhouse }: RebuildConnections): Promise<number> {
  const [row] = await clickhouse.query<{ n: string }>('SELECT count() AS n FROM events')
  return Number(row?.n ?? 0)
}
