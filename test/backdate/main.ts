import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { asError } from '#runtime/errors/index.ts'
import { wholeNumber } from '../../services/cli/commands/whole-number.ts'
import { startOwnStack } from '../support/stack/own-stack.ts'
import { createUndoing } from '../support/undoing.ts'
import { checkout } from '../world/demo/directory.ts'
import { faultsOf, figures, shortOf, withFigures } from './page.ts'
import { type BackdateResult, type Kill, kills, runBackdate } from './run-backdate.ts'

interface FlowOption {
  readonly rate: number
  readonly secondsMax: number
}
const flowsIn = (text: string): readonly FlowOption[] =>
  text.split(',').map((one) => {
    const [rate = '', seconds = ''] = one.split('x')
    return { rate: wholeNumber(rate), secondsMax: wholeNumber(seconds) }
  })

const options = new Command('backdate')
  .description(
    'A feature is added, a half-life changed and a rule tightened, and all of it holds for the past, while events flow and processes are killed. Compared with a ledger that the product never sees, and with features that were there from the start. On a stack of its own; exit 1 when anything is missing, double, different, or said in public, or when the events had ended before the switch or fell behind their rate.',
  )
  .option(
    '--flows <list>',
    'a run each: events a second while it is back-dated, x, the seconds for which the world has events at most',
    flowsIn,
    flowsIn('5000x180'),
  )
  .option('--before <n>', 'events before the file changes', wholeNumber, 4500)
  .addOption(
    new Option('--kills <what...>', 'SIGKILL for them, once each')
      .choices(kills)
      .default(['profiles']),
  )
  .option('--after <seconds>', 'events flow on after the switch', wholeNumber, 5)
  .option('--people <n>', 'people of the world', wholeNumber, 5000)
  .option('--seed <n>', 'of the world', wholeNumber, 2026)
  .option('--page <file>', 'also puts the figures into this page')
  .option('--json', 'one JSON object on stdout')
  .parse()
  .opts<{
    flows: readonly FlowOption[]
    before: number
    after: number
    kills: readonly Kill[]
    people: number
    seed: number
    page?: string
    json?: true
  }>()

const undoing = createUndoing()
const say = (text: string): void => void process.stderr.write(`${text}\n`)
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void undoing.all().finally(() => process.exit(130)))

async function run(): Promise<readonly BackdateResult[]> {
  const directory = mkdtempSync(join(tmpdir(), 'tributary-backdate-'))
  undoing.push(() => rmSync(directory, { recursive: true, force: true }))
  const { stack } = await startOwnStack({
    directory,
    environment: process.env,
    undoLater: (undo) => undoing.push(undo),
  })
  const where = {
    kafkaBrokers: stack.kafka.brokers,
    registryUrl: stack.registry.url,
    clickhouseUrl: stack.clickhouse.url,
  }
  const results: BackdateResult[] = []
  for (const { rate, secondsMax } of options.flows) {
    say(`${rate} events a second`)
    const own = join(directory, `rate-${rate}`)
    mkdirSync(own)
    const { after: secondsAfter, before, kills: toKill, people, seed } = options
    results.push(
      await runBackdate(where, {
        directory: own,
        seed,
        people,
        before,
        rate,
        secondsMax,
        secondsAfter,
        kills: toKill,
        say,
      }),
    )
  }
  return results
}

const [load = 0] = loadavg()
try {
  const results = await run()
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    node: process.version,
    load,
    on: new Date().toISOString().slice(0, 10),
  }
  if (options.page !== undefined) {
    const page = join(checkout, options.page)
    writeFileSync(page, withFigures(readFileSync(page, 'utf8'), results, machine))
  }
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify({ machine, results })}\n`
      : `${figures(results, machine)}\n`,
  )
  const faults = results.flatMap((result) => [...faultsOf(result), ...shortOf(result)])
  for (const fault of faults) say(fault)
  process.exitCode = faults.length === 0 ? 0 : 1
} catch (error) {
  say(asError(error).message)
  process.exitCode = 3
} finally {
  await undoing.all()
}
