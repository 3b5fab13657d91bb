import { asError, exitCodeOf } from '#runtime/errors/index.ts'
import { createUndoing } from '../../support/undoing.ts'
import { openGround } from './ground.ts'
import { loadBefore, readMachine } from './machine.ts'
import { parseRaceOptions, type RaceOptions } from './options.ts'
import { writePage } from './page/write-page.ts'
import { participants } from './participants.ts'
import { race } from './race.ts'
import { type BenchResult, ratiosOf } from './result.ts'
import { runSuites } from './suites/suites.ts'
import { describe } from './words.ts'

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
  const { absent, running } = participants(suites.includes('race') ? options.contestants : [])
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
  return { result, sound: Object.values(raced).every(({ valid }) => valid) }
}

try {
  const { result, sound } = await bench(options)
  if (options.page) writePage(result, new Date().toISOString().slice(0, 10))
  process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : describe(result))
  process.exitCode = sound ? 0 : 1
} catch (error) {
  say(asError(error).stack ?? String(error))
  process.exitCode = exitCodeOf(error)
} finally {
  await undoing.all()
}
