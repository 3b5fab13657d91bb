import { asError, exitCodeOf } from '#runtime/errors/index.ts'
import { createUndoing } from '../../support/undoing.ts'
import { openGround } from './ground.ts'
import { loadBefore, readMachine } from './machine.ts'
import { parseRaceOptions, type RaceOptions } from './options.ts'
import { suiteSections } from './page/page.ts'
import { nothing, recordWith } from './page/record.ts'
import { writePage } from './page/write-page.ts'
import { participants } from './participants.ts'
import { race } from './race.ts'
import { type BenchResult, ratiosOf } from './result.ts'
import { runSuites } from './suites/suites.ts'
import { raceTables } from './words.ts'

const options = parseRaceOptions(process.argv.slice(2))
const undoing = createUndoing()
const say = (text: string): void => void process.stderr.write(`${text}\n`)
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void undoing.all().finally(() => process.exit(130)))

async function bench({
  events,
  people,
  rounds,
  warmUp,
  suites,
}: RaceOptions): Promise<{ readonly result: BenchResult; readonly sound: boolean }> {
  const { absent, running } = await participants(suites.includes('race') ? options.contestants : [])
  for (const [name, { why }] of Object.entries(absent)) say(`${name} ${why ?? ''}`)
  const load = loadBefore()
  const ground = await openGround(undoing, process.env)
  const machine = await readMachine(ground, load)
  const context = { ground, undoing, say }
  const raced = running.length === 0 ? {} : await race(options, running, context)
  const contestants = { ...raced, ...absent }
  const result = {
    events,
    people,
    rounds,
    warm_up: warmUp,
    machine,
    contestants,
    ratios: ratiosOf(contestants),
    suites: await runSuites(options, context, contestants.tributary?.events_per_second ?? null),
  }
  const { merge } = result.suites
  const ran = [...Object.values(raced), ...(merge ? [merge.ordinary, merge.merging] : [])]
  return { result, sound: ran.every(({ valid }) => valid) }
}

/** What was measured, for people. */
const described = (result: BenchResult, on: string): string =>
  [...raceTables(result), ...suiteSections(recordWith(nothing, result, on))].join('\n')

try {
  const { result, sound } = await bench(options)
  const today = new Date().toISOString().slice(0, 10)
  if (options.page) writePage(result, today)
  process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : described(result, today))
  process.exitCode = sound ? 0 : 1
} catch (error) {
  say(asError(error).stack ?? String(error))
  process.exitCode = exitCodeOf(error)
} finally {
  await undoing.all()
}
