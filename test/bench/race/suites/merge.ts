import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { checkout } from '../../../world/demo/directory.ts'
import { race, type RaceContext } from '../race.ts'
import type { RaceOptions } from '../options.ts'
import type { RoundFigures } from '../result.ts'

export interface MergeResult {
  readonly events: number
  readonly people: number
  /** A fifth of the people have several identifiers, as in the race. */
  readonly ordinary: Side
  /** Everybody has several, and few events: most of them tie identifiers together. */
  readonly merging: Side
  /** Events a second of the second by those of the first. */
  readonly ratio: number | null
  /** One address that meets thousands of browsers, by `npm run bench:hot-identifier`. */
  readonly hot_identifier: HotIdentifier | null
}

interface Side {
  readonly events_per_second: number | null
  readonly events_per_cpu_second: number | null
  readonly runs: readonly RoundFigures[]
  readonly valid: boolean
}

const percentiles = z.object({ p50Ms: z.number(), p99Ms: z.number() })

const hotIdentifierSchema = z.object({
  seconds: z.number(),
  probes_per_second: z.number(),
  ids: z.number(),
  rounds: z.array(z.object({ quiet: percentiles, hot: percentiles, ratio: z.number() })),
  ratio: z.number(),
  ratio_max: z.number(),
})
export type HotIdentifier = z.infer<typeof hotIdentifierSchema>

/** So few that most events are one of the three that tie a person's identifiers together. */
const eventsPerPerson = 4

export async function mergeSuite(
  options: RaceOptions,
  context: RaceContext,
): Promise<Omit<MergeResult, 'hot_identifier'>> {
  const people = Math.max(1, Math.floor(options.events / eventsPerPerson))
  const side = async (severalEvery: number): Promise<Side> => {
    const { tributary } = await race({ ...options, people, severalEvery }, ['tributary'], context)
    return {
      events_per_second: tributary?.events_per_second ?? null,
      events_per_cpu_second: tributary?.events_per_cpu_second ?? null,
      runs: tributary?.runs ?? [],
      valid: tributary?.valid ?? false,
    }
  }
  const ordinary = await side(5)
  const merging = await side(1)
  return {
    events: options.events,
    people,
    ordinary,
    merging,
    ratio: ratio(merging.events_per_second, ordinary.events_per_second),
  }
}

const ratio = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? null : Number((one / other).toFixed(3))

/** Runs on a stack of its own, so nothing else may run meanwhile. */
export async function hotIdentifier(rounds: number): Promise<HotIdentifier> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      '--disable-warning=TimeoutNegativeWarning',
      join(checkout, 'test/bench/hot-identifier/main.ts'),
      '--json',
      `--rounds=${rounds}`,
    ],
    { cwd: checkout },
    // Exit 1 says that the ratio is above its bound: a figure like any other.
  ).catch((error: unknown) => {
    if (isOutput(error)) return error
    throw error
  })
  return hotIdentifierSchema.parse(JSON.parse(stdout))
}

const isOutput = (error: unknown): error is { readonly stdout: string } =>
  typeof error === 'object' &&
  error !== null &&
  'stdout' in error &&
  typeof error.stdout === 'string' &&
  error.stdout !== ''
