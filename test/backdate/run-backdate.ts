import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import {
  type Installation,
  type InstallationStack,
  installOn,
} from '../support/pipeline/install.ts'
import { exitOf, startRebuild } from '../support/pipeline/rebuild-process.ts'
import type { ServiceProcess } from '../support/pipeline/service-process.ts'
import { check, type Checked } from './check.ts'
import { type PipelineFiles, writeFiles } from './files.ts'
import { createFlow, type Flow } from './flow.ts'

export interface BackdateOptions {
  readonly directory: string
  readonly seed: number
  readonly people: number
  /** Events that are there before the file changes. */
  readonly before: number
  /** Events a second while it is back-dated. */
  readonly rate: number
  /** How long they flow at most; the world ends then. */
  readonly secondsMax: number
  readonly say: (line: string) => void
}

export interface BackdateResult extends Checked {
  readonly events: number
  readonly eventsBefore: number
  /** While it was back-dated: asked for, and reached by the sender. */
  readonly rateAsked: number
  readonly rateReached: number
  /** Whether events still flowed when the new generation took over. */
  readonly switchedInTheFlow: boolean
  readonly rebuildSeconds: number
  readonly pausedSeconds: number
  readonly killed: readonly string[]
  /** Of the dry run. */
  readonly dryRunSeconds: number
  readonly dryRun: unknown
}

const statusSchema = z.object({
  live: z.object({ generation: z.number() }),
  next: z.object({ phase: z.string(), events: z.number() }).nullable(),
})
const outcomeSchema = z.object({ paused_seconds: z.number() })

/** The whole run: a world, a changed file, `rebuild` while events flow, two kills, and what came of it. */
export async function runBackdate(
  stack: InstallationStack,
  options: BackdateOptions,
): Promise<BackdateResult> {
  const { directory, before, rate, secondsMax, say, seed, people } = options
  const files = writeFiles(directory)
  const installation = await installOn(stack, { directory, pipelineFile: files.before })
  try {
    const services = new Map<string, ServiceProcess>(
      (await installation.startAll()).map((one) => [one.instance, one]),
    )
    const events = before + rate * secondsMax
    const flow = await createFlow(installation, { seed, events, people, now: Date.now() })
    await flow.send(before)
    say(`${flow.sent()} events sent`)
    await installation.converged(services.values(), 600_000)
    const eventsBefore = flow.sent()
    const dryRunBegan = performance.now()
    const dryRun: unknown = JSON.parse(
      await installation.tributary('deploy', files.after, '--dry-run', '--json'),
    )
    const dryRunSeconds = since(dryRunBegan)
    say(`dry run: ${dryRunSeconds} s`)
    const done = await rebuildInTheFlow(installation, services, flow, files, options)
    await flow.close()
    await installation.converged(services.values(), 600_000, 1)
    const checked = await check(installation, files.after, flow.ledgerFile)
    return {
      events: flow.sent(),
      eventsBefore,
      rateAsked: rate,
      ...done,
      dryRunSeconds,
      dryRun,
      ...checked,
    }
  } finally {
    await installation.clickhouse.command(
      `DROP DATABASE IF EXISTS ${installation.prefix}_generation_1`,
      { withoutDatabase: true },
    )
    await installation.drop()
  }
}

type Done = Pick<
  BackdateResult,
  'rateReached' | 'switchedInTheFlow' | 'rebuildSeconds' | 'pausedSeconds' | 'killed'
>

async function rebuildInTheFlow(
  installation: Installation,
  services: Map<string, ServiceProcess>,
  flow: Flow,
  { after }: PipelineFiles,
  { rate, say }: BackdateOptions,
): Promise<Done> {
  const flowing = new AbortController()
  const pace = flow.keepPace(rate, flowing.signal)
  const killed: string[] = []
  const began = performance.now()
  const out = join(installation.directory, 'rebuild.json')
  try {
    const first = startRebuild(installation, [after, '--json'], {}, out)
    const ended = exitOf(first)
    await untilFed(installation, first, 1)
    await replace(installation, services, 'profiles')
    killed.push('profiles, which serves')
    say('profiles killed and started again')
    const { next } = await status(installation)
    await untilFed(installation, first, (next?.events ?? 0) + 1)
    first.kill('SIGKILL')
    await ended
    killed.push('tributary rebuild, with the services that it runs')
    say('the command killed')
    // Refused with 1 while the broker takes the killed one for alive.
    for (;;) {
      const code = await exitOf(startRebuild(installation, ['--json'], {}, out))
      if ((await status(installation)).live.generation === 1) break
      if (code !== 0 && code !== 1)
        throw new Error(`rebuild ended with ${code}: ${lastWords(installation)}`)
      await pause(1000)
    }
    const switchedInTheFlow = !flow.isOver()
    const rebuildSeconds = since(began)
    say(`rebuilt in ${rebuildSeconds} s`)
    const outcome = outcomeSchema.parse(JSON.parse(readFileSync(out, 'utf8')))
    flowing.abort()
    return {
      rateReached: await pace,
      switchedInTheFlow,
      rebuildSeconds,
      pausedSeconds: outcome.paused_seconds,
      killed,
    }
  } finally {
    flowing.abort()
    await pace.catch(() => undefined)
  }
}

const lastWords = ({ directory }: Installation): string =>
  readFileSync(join(directory, 'rebuild.log'), 'utf8').slice(-2000)

const since = (began: number): number => Math.round((performance.now() - began) / 100) / 10

const status = async (installation: Installation): Promise<z.infer<typeof statusSchema>> =>
  statusSchema.parse(JSON.parse(await installation.tributary('rebuild', 'status', '--json')))

/** While it is being fed, with at least so many events. */
async function untilFed(
  installation: Installation,
  command: ChildProcess,
  events: number,
): Promise<void> {
  for (;;) {
    if (command.exitCode !== null)
      throw new Error(`rebuild ended with ${command.exitCode}: ${lastWords(installation)}`)
    const { live, next } = await status(installation)
    if (live.generation === 1) throw new Error('it was over before anything was killed')
    if (next?.phase === 'building' && next.events >= events) return
    await pause(100)
  }
}

/** SIGKILL, and a new process with the state of the old one. */
async function replace(
  installation: Installation,
  services: Map<string, ServiceProcess>,
  name: 'profiles',
): Promise<void> {
  const old = services.get(name)
  old?.kill('SIGKILL')
  await old?.exited
  services.set(name, installation.start(name))
}
