import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Variable } from '#runtime/config/index.ts'
import { identityPolicy } from '#runtime/definition/identity-policy.ts'
import { identitySchema } from '#runtime/definition/schema.ts'
import { offset } from '#runtime/event/ids.ts'
import type { BatchControl, KafkaRecord } from '#runtime/kafka/ports.ts'
import { decodeLinksRecord } from '#runtime/log/links-record.ts'
import { birthProfileId } from '#runtime/pseudonym/pseudonym.ts'
import { identityVariables } from '../../../services/identity/config.ts'
import { createLinker } from '../../../services/identity/core/linker.ts'
import { createMemoryState } from '../../../services/identity/core/memory-state.ts'
import { createFlusher } from '../../../services/identity/shell/flush.ts'
import { createLinkerOwner } from '../../../services/identity/shell/linker-owner.ts'
import {
  type DurableState,
  foldVersion,
  openLmdbState,
} from '../../../services/identity/shell/lmdb-state.ts'
import { readLinks } from './links-file.ts'

// One measurement in a process of its own, so that its memory and its caches are its own: node run.ts <JSON of Task>

export const measures = ['decode', 'fold', 'memory', 'lmdb'] as const
/** decode: bytes to links. fold: decoded links through the linker's core, a state in memory. memory, lmdb: the production owner and its flush, with a state of that kind and a Kafka and ClickHouse that take everything. */
export type Measure = (typeof measures)[number]

export interface Task {
  readonly measure: Measure
  readonly file: string
  readonly links: number
  /** Empty, for the state. */
  readonly directory: string
}

export interface Figures {
  readonly links: number
  readonly seconds: number
  readonly links_per_second: number
  /** Of all threads. */
  readonly cpu_seconds: number
  readonly rss_max_mb: number
  readonly state_mb: number
  readonly counters: Readonly<Record<string, number>>
}

/** As in production: from the environment, else what nobody configured. */
const settingOf = (variable: Variable<number>): number =>
  // oxlint-disable-next-line node/no-process-env -- a bench has no config.ts
  variable.parse(process.env[variable.env] ?? String(variable.fallback))
const batchBytes = settingOf(identityVariables.fetchMaxBytesPerPartition)

async function linker(task: Task): Promise<Readonly<Record<string, number>>> {
  const policy = identityPolicy(identitySchema.parse({}))
  let state: DurableState | undefined
  const openState = async (): Promise<DurableState> => {
    state =
      task.measure === 'memory'
        ? {
            ...createMemoryState(),
            commit: async () => Promise.resolve(),
            close: async () => Promise.resolve(),
          }
        : await openLmdbState({
            directory: task.directory,
            identity: { topic: 'identity.links', topicId: null, generation: 0, foldVersion },
            hotMax: settingOf(identityVariables.hotMax),
          })
    return state
  }
  const control: BatchControl = {
    heartbeat: async () => Promise.resolve(),
    isStale: () => false,
    stopAt: () => undefined,
    commit: async () => Promise.resolve(),
  }
  const owner = createLinkerOwner({
    openState,
    policies: { load: async () => Promise.resolve(), get: () => policy },
    effectsPerFlushMax: settingOf(identityVariables.effectsPerFlushMax),
    catchUp: {
      behindMin: settingOf(identityVariables.behindMin),
      perCommitMax: settingOf(identityVariables.perCommitMax),
    },
    onFlushed: () => undefined,
    flush: createFlusher({
      producer: { send: async () => Promise.resolve() },
      sink: { insert: async () => Promise.resolve() },
      encoding: {
        topics: {
          profileLog: 'profile.log',
          decisions: 'identity.decisions',
          links: 'identity.links',
        },
        generation: 0,
        partitions: 16,
        decisionSchemaId: 1,
      },
    }),
  })
  for (const records of readLinks(task.file, batchBytes))
    await owner.batch(
      { topic: 'identity.links', partition: 0, records, highWatermark: offset(task.links) },
      control,
    )
  const counters = { ...state?.meta.counters }
  await owner.close()
  return counters
}

function decode({ file }: Task): Readonly<Record<string, number>> {
  let identifiers = 0
  const each = ({ value }: KafkaRecord): void => {
    if (value === null) return
    const record = decodeLinksRecord(value)
    if (record.kind === 'link') identifiers += record.identifiers.length
  }
  for (const records of readLinks(file, batchBytes)) for (const record of records) each(record)
  return { identifiers }
}

/** The pure linker alone; decoding is left out of its time, though not of the process's CPU. */
function fold({ file }: Task): Timed {
  const policy = identityPolicy(identitySchema.parse({}))
  const state = createMemoryState()
  const core = createLinker({ state, policies: () => policy, birthProfileId })
  let spentMs = 0
  for (const records of readLinks(file, batchBytes)) {
    const entries = records.flatMap(({ offset: at, key, value }) =>
      value === null
        ? []
        : [
            {
              offset: at,
              key: Buffer.from(key ?? '').toString(),
              record: decodeLinksRecord(value),
            },
          ],
    )
    const since = performance.now()
    for (const entry of entries) core.fold(entry)
    spentMs += performance.now() - since
  }
  return { counters: { ...state.meta.counters }, seconds: spentMs / 1000 }
}

interface Timed {
  readonly counters: Readonly<Record<string, number>>
  readonly seconds: number
}

async function timed(
  work: () => Readonly<Record<string, number>> | Promise<Readonly<Record<string, number>>>,
): Promise<Timed> {
  const started = performance.now()
  const counters = await work()
  return { counters, seconds: (performance.now() - started) / 1000 }
}

async function measured(task: Task): Promise<Timed> {
  if (task.measure === 'fold') return fold(task)
  return timed(() => (task.measure === 'decode' ? decode(task) : linker(task)))
}

async function run(task: Task): Promise<Figures> {
  mkdirSync(task.directory, { recursive: true })
  const cpu = process.cpuUsage()
  const { counters, seconds } = await measured(task)
  const { user, system } = process.cpuUsage(cpu)
  const data = join(task.directory, 'data.mdb')
  const figures = {
    links: task.links,
    seconds: Number(seconds.toFixed(2)),
    links_per_second: Math.round(task.links / seconds),
    cpu_seconds: Number(((user + system) / 1e6).toFixed(2)),
    rss_max_mb: Math.round(process.resourceUsage().maxRSS / 1024),
    state_mb: existsSync(data) ? Math.round(statSync(data).blocks / 2048) : 0,
    counters,
  }
  rmSync(task.directory, { recursive: true })
  return figures
}

if (import.meta.main) {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the bench gives it
  const task = JSON.parse(process.argv[2] ?? '{}') as Task
  process.stdout.write(`${JSON.stringify(await run(task))}\n`)
}
