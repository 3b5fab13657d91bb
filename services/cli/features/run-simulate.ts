import { createInterface } from 'node:readline'
import { identityPolicy } from '#runtime/definition/identity-policy.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { openInput } from '../identity/run-simulate.ts'
import { readOfflineEvents } from '../identity/offline-event.ts'
import { toJsonLine } from '../shell/json.ts'
import { readDefinition } from '../shell/read-definition.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'
import { timeArgument } from '../shell/time-argument.ts'
import { describeFeatures } from './describe-features.ts'
import { simulateFeatures } from './simulate.ts'

export interface SimulateFeaturesArguments {
  readonly pipeline: string
  /** JSON lines in the offline form; `-` is stdin. */
  readonly input: string
  readonly asOf: string
  readonly explain: boolean
  readonly json: boolean
}

/** `tributary features simulate`: needs neither Kafka nor ClickHouse nor a key. */
export async function runFeaturesSimulate(
  terminal: Terminal,
  { asOf, explain, input, json, pipeline }: SimulateFeaturesArguments,
): Promise<ExitStatus> {
  const at = epochMs(timeArgument(asOf, '--as-of', terminal.now()).getTime())
  const definition = await readDefinition(terminal, pipeline)
  const types = new Set(identityPolicy(definition.definition.identity).types.keys())
  const stream = await openInput(terminal, input)
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })
  let leftOut = 0
  const events = readOfflineEvents(input, lines, types, at, () => {
    leftOut += 1
  })
  const { simulation, strangers } = await simulateFeatures(events, definition, at, {
    explained: explain,
    leftOut: () => leftOut,
  })
  if (!json)
    for (const name of strangers)
      terminal.stderr.write(
        `the pipeline file has no source ${name}: of its events only their own consent counts\n`,
      )
  terminal.stdout.write(json ? toJsonLine(simulation) : describeFeatures(simulation))
  return 0
}
