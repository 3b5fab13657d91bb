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
import { type Looked, lookAtGenerations } from './generations.ts'
import type { PaceFigures } from './sender/send-parcels.ts'

/** What gets a SIGKILL while it is back-dated: the service that serves; the command, with the services that it runs. */
export const kills = ['profiles', 'command'] as const
export type Kill = (typeof kills)[number]

export interface BackdateOptions {
  readonly directory: string
  readonly seed: number
  readonly people: number
  /** Events that are there before the file changes. */
  readonly before: number
  /** Events a second while it is back-dated. */
  readonly rate: number
  /** How long they can flow at most: the world has no more. */
  readonly secondsMax: number
  readonly kills: readonly Kill[]
  /** How long they go on after the switch. */
  readonly secondsAfter: number
  readonly say: (line: string) => void
}

export interface BackdateResult extends Checked {
  readonly events: number
  readonly eventsBefore: number
  readonly rateAsked: number
  /** While it was back-dated, until some seconds after the switch: what the sender reached, and how late it was. */
  readonly pace: PaceFigures
  readonly atSwitch: AtSwitch
  /** From the last event that was sent until everything was applied. */
  readonly convergedSeconds: number
  readonly rebuildSeconds: number
  readonly pausedSeconds: number
  readonly killed: readonly string[]
  /** Of the dry run. */
  readonly dryRunSeconds: number
  readonly dryRun: unknown
}

/** When the new generation took over. */
export interface AtSwitch {
  readonly sent: number
  /** Events that were stored of those; the others waited, the greater part of them in raw topics, or were duplicates and dead letters. */
  readonly stored: number
  /** Events that were sent afterwards, while events flowed. */
  readonly sentAfter: number
  /** Rounds of the feed until then. */
  readonly rounds: number
}

const outcomeSchema = z.object({ paused_seconds: z.number() })

/** The whole run: a world, a changed file, `rebuild` while events flow, two kills, and what came of it. */
export async function runBackdate(
  stack: InstallationStack,
  options: BackdateOptions,
): Promise<BackdateResult> {
  const { directory, before, rate, secondsMax, say, seed, people } = options
  const files = writeFiles(directory)
  const installation = await installOn(stack, { directory, pipelineFile: files.before })
  let flow: Flow | null = null
  try {
    const story = { seed, events: before + rate * secondsMax, people, now: Date.now() }
    flow = await createFlow(installation, story, rate)
    say(`${story.events} events are written down`)
    const services = new Map<string, ServiceProcess>(
      (await installation.startAll()).map((one) => [one.instance, one]),
    )
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
    const ended = performance.now()
    await installation.converged(services.values(), 900_000, 1)
    const convergedSeconds = since(ended)
    say(`converged after ${convergedSeconds} s more`)
    const checked = await check(installation, files.after, flow.ledgerFile)
    return {
      events: flow.sent(),
      eventsBefore,
      rateAsked: rate,
      ...done,
      convergedSeconds,
      dryRunSeconds,
      dryRun,
      ...checked,
    }
  } finally {
    await flow?.close()
    await installation.clickhouse.command(
      `DROP DATABASE IF EXISTS ${installation.prefix}_generation_1`,
      { withoutDatabase: true },
    )
    await installation.drop()
  }
}

type Done = Pick<
  BackdateResult,
  'pace' | 'atSwitch' | 'rebuildSeconds' | 'pausedSeconds' | 'killed'
>

async function rebuildInTheFlow(
  installation: Installation,
  services: Map<string, ServiceProcess>,
  flow: Flow,
  { after }: PipelineFiles,
  { before, kills: toKill, rate, say, secondsAfter }: BackdateOptions,
): Promise<Done> {
  const killed: string[] = []
  const began = performance.now()
  const out = join(installation.directory, 'rebuild.json')
  const first = startRebuild(installation, [after, '--json'], {}, out)
  let ended = exitOf(first)
  const switched = untilSwitched(installation, flow, say)
  // Told of where it is awaited.
  switched.catch(() => undefined)
  await untilBuilding(installation, first, ({ round }) => round > 0)
  const kept = flow.keepPace(rate)
  // It is awaited below; a sender that dies meanwhile is told of there.
  kept.catch(() => undefined)
  say(`events flow since ${since(began)} s`)
  if (toKill.includes('profiles')) {
    await untilBuilding(installation, first, () => flow.sent() > before + rate)
    await replace(installation, services, 'profiles')
    killed.push('profiles, which serves')
    say(`profiles killed and started again after ${since(began)} s`)
  }
  if (toKill.includes('command')) {
    const { fed } = await lookAtGenerations(installation)
    await untilBuilding(installation, first, (now) => now.fed > fed)
    first.kill('SIGKILL')
    await ended
    killed.push('tributary rebuild, with the services that it runs')
    say(`the command killed after ${since(began)} s`)
    ended = exitOf(startRebuild(installation, ['--json'], {}, out))
  }
  // Refused with 1 while the broker takes the killed one for alive.
  for (;;) {
    const code = await ended
    if ((await lookAtGenerations(installation)).serves) break
    if (code !== 0 && code !== 1)
      throw new Error(`rebuild ended with ${code}: ${lastWords(installation)}`)
    await pause(1000)
    ended = exitOf(startRebuild(installation, ['--json'], {}, out))
  }
  const rebuildSeconds = since(began)
  say(`rebuilt in ${rebuildSeconds} s`)
  const atSwitch = await switched
  const { paused_seconds: pausedSeconds } = outcomeSchema.parse(
    JSON.parse(readFileSync(out, 'utf8')),
  )
  await pause(secondsAfter * 1000)
  flow.stop()
  const { isOver, ...pace } = await kept
  say(`sent at ${pace.eventsPerSecond} a second; the world is ${isOver ? 'over' : 'not over'}`)
  return {
    pace,
    atSwitch: { ...atSwitch, sentAfter: flow.sent() - atSwitch.sent },
    rebuildSeconds,
    pausedSeconds,
    killed,
  }
}

/** Says each step of the rebuild, too. */
async function untilSwitched(
  installation: Installation,
  flow: Flow,
  say: (line: string) => void,
): Promise<Omit<AtSwitch, 'sentAfter'>> {
  let [said, rounds] = ['', 0]
  for (;;) {
    const { phase, round, serves, fed } = await lookAtGenerations(installation)
    if (serves) {
      const sent = flow.sent()
      const [row] = await installation.clickhouse.query<{ n: string }>(
        'SELECT count() AS n FROM events FINAL',
      )
      return { sent, stored: Number(row?.n ?? 0), rounds }
    }
    rounds = round
    const step = `${phase}, round ${round}`
    if (step !== said) say(`${step}: ${fed} events fed, ${flow.sent()} sent`)
    said = step
    await pause(200)
  }
}

const lastWords = ({ directory }: Installation): string =>
  readFileSync(join(directory, 'rebuild.log'), 'utf8').slice(-2000)

const since = (began: number): number => Math.round((performance.now() - began) / 100) / 10

/** While it is being built. */
async function untilBuilding(
  installation: Installation,
  command: ChildProcess,
  isSo: (now: Looked) => boolean,
): Promise<void> {
  for (;;) {
    if (command.exitCode !== null)
      throw new Error(`rebuild ended with ${command.exitCode}: ${lastWords(installation)}`)
    const now = await lookAtGenerations(installation)
    if (now.serves) throw new Error('it was over before anything was killed')
    if (now.phase !== null && isSo(now)) return
    await pause(200)
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
