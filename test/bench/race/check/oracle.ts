import { join } from 'node:path'
import type { Installation } from '../../../support/pipeline/install.ts'
import { compareWithTruth } from '../../../world/demo/compare.ts'
import { createLedgerWriter } from '../../../world/ledger-file.ts'
import { readStatedPipeline } from '../../../world/oracle/pipeline-file.ts'
import { compileWhere } from '../../../world/oracle/where.ts'
import { racePipeline } from '../pipeline-file.ts'
import { eventsOf, type StreamPlan } from '../stream/plan.ts'
import { ledgerEntry } from '../stream/records.ts'

const entriesPerWrite = 1000

/** Writes down what is sent, for the oracle. */
export async function writeLedger(plan: StreamPlan, directory: string): Promise<string> {
  const file = join(directory, 'ledger.ndjson')
  const ledger = createLedgerWriter(file)
  let waiting: ReturnType<typeof ledgerEntry>[] = []
  for (const { event, firstPerson } of eventsOf(plan)) {
    waiting.push(ledgerEntry(event, firstPerson))
    if (waiting.length < entriesPerWrite) continue
    await ledger.write(waiting)
    waiting = []
  }
  await ledger.write(waiting)
  await ledger.close()
  return file
}

/**
 * What is wrong with what Tributary stored, by an oracle that imports nothing from `services/`: every event once, every true person one profile,
 * and every feature of every profile equal to 1e-9.
 */
export async function problemsByOracle(
  { clickhouse, pseudonymiser }: Installation,
  ledgerFile: string,
): Promise<readonly string[]> {
  const { double, identity, mismatches, missing } = await compareWithTruth({
    clickhouse,
    ledgerFile,
    pipeline: readStatedPipeline(racePipeline, compileWhere),
    fragmentId: (type, value) => pseudonymiser.fragmentId(type, value),
  })
  return [
    ...(missing === 0 ? [] : [`${missing} events are missing`]),
    ...(double === 0 ? [] : [`${double} events are there twice`]),
    ...(mismatches.length === 0
      ? []
      : [
          `${mismatches.length} features differ from the oracle's, ${mismatches[0]?.feature} first`,
        ]),
    ...(identity.precision === 1 && identity.recall === 1
      ? []
      : [
          `profiles are not the people: precision ${identity.precision}, recall ${identity.recall}`,
        ]),
  ]
}
