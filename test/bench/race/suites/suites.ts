import type { RaceContext } from '../race.ts'
import type { RaceOptions } from '../options.ts'
import { type LatencyResult, latencySuite } from './latency.ts'
import { hotIdentifier, type MergeResult, mergeSuite } from './merge.ts'
import { type RestoreResult, restoreSuite } from './restore.ts'
import { type ScaleResult, scaleSuite } from './scale.ts'

/** What each suite tells of, by its name. */
export interface SuiteResults {
  readonly latency: LatencyResult
  readonly merge: MergeResult
  readonly restore: RestoreResult
  readonly scale: ScaleResult
}

export type PartialSuiteResults = { readonly [Name in keyof SuiteResults]?: SuiteResults[Name] }

/** Runs the suites that were asked for, one after the other. `maximum`: events a second of Tributary in the race, if it was run. */
export async function runSuites(
  options: RaceOptions,
  context: RaceContext,
  maximum: number | null,
): Promise<PartialSuiteResults> {
  const wanted = new Set(options.suites)
  return {
    ...(wanted.has('latency') ? { latency: await latencySuite(context, options, maximum) } : {}),
    ...(wanted.has('merge') ? { merge: await merge(options, context) } : {}),
    ...(wanted.has('restore') ? { restore: await restoreSuite(options, context) } : {}),
    ...(wanted.has('scale') ? { scale: await scaleSuite(options, context) } : {}),
  }
}

const hotRounds = 3

async function merge(options: RaceOptions, context: RaceContext): Promise<MergeResult> {
  const streams = await mergeSuite(options, context)
  context.say('the hot identifier, on a stack of its own')
  return { ...streams, hot_identifier: await hotIdentifier(hotRounds) }
}
