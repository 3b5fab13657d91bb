import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { asError } from '#runtime/errors/index.ts'
import { wholeNumber } from '../../../services/cli/commands/whole-number.ts'
import { installOn } from '../../support/pipeline/install.ts'
import { startOwnStack } from '../../support/stack/own-stack.ts'
import { createUndoing } from '../../support/undoing.ts'
import { checkout } from '../../world/demo/directory.ts'
import { median } from '../statistics.ts'
import { measureRun, type RunFigures } from './measure.ts'
import { watchSegments } from './probes.ts'

const options = new Command('bench:hot-identifier')
  .description(
    'One address meets thousands of browsers: what people of other partitions notice of it, from the raw record to profile.segments. Quiet and hot runs by turns, on a stack of its own; exit 1 when the median of the ratios is above 1.5',
  )
  .option('--rounds <n>', 'quiet and hot runs; medians are shown', wholeNumber, 5)
  .option('--seconds <n>', 'of each run', wholeNumber, 20)
  .option('--probes <n>', 'people of other partitions a second', wholeNumber, 20)
  .option(
    '--ids <n>',
    'anonymous ids that come with the one address in a hot run',
    wholeNumber,
    10_000,
  )
  .option('--json', 'one JSON object on stdout')
  .parse()
  .opts<{ rounds: number; seconds: number; probes: number; ids: number; json?: true }>()

const ratioMax = 1.5
const partitions = 4

interface Round {
  readonly quiet: RunFigures
  readonly hot: RunFigures
  readonly ratio: number
}

const now = (): number => performance.now()
const undoing = createUndoing()
const say = (text: string): void => void process.stderr.write(`${text}\n`)
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void undoing.all().finally(() => process.exit(130)))

async function measure(): Promise<readonly Round[]> {
  const directory = mkdtempSync(join(tmpdir(), 'tributary-hot-'))
  undoing.push(() => rmSync(directory, { recursive: true, force: true }))
  const { stack } = await startOwnStack({
    directory,
    environment: process.env,
    undoLater: (undo) => undoing.push(undo),
  })
  const installation = await installOn(
    {
      kafkaBrokers: stack.kafka.brokers,
      registryUrl: stack.registry.url,
      clickhouseUrl: stack.clickhouse.url,
    },
    { pipelineFile: join(checkout, 'test/fixtures/identity.pipeline.yaml') },
  )
  undoing.push(async () => installation.drop())
  await installation.startAll()
  const { kafka, prefix } = installation
  const rawTopic = `${prefix}.channel.crm.tributary`
  const topics = await installation.admin.describeTopics([rawTopic, `${prefix}.profile.segments`])
  const partitionsOf = (topic: string): number => topics.get(topic)?.partitions ?? 1
  const segments = `${prefix}.profile.segments`
  const arrivals = await watchSegments(kafka, segments, partitionsOf(segments), now)
  const producers = { hot: await kafka.producer(), probes: await kafka.producer() }
  undoing.push(async () => {
    await arrivals.stop()
    await Promise.all([producers.hot.close(), producers.probes.close()])
  })
  const run = async (name: string, hotIds: number): Promise<RunFigures> => {
    const figures = await measureRun(installation, producers, arrivals, {
      run: name,
      seconds: options.seconds,
      probesPerSecond: options.probes,
      hotIds,
      rawTopic,
      rawPartitions: partitionsOf(rawTopic),
      partitions,
    })
    await installation.converged(installation.processes)
    say(`${name}: p50 ${figures.p50Ms} ms, p99 ${figures.p99Ms} ms`)
    return figures
  }
  await run('warm-up', options.ids)
  const rounds: Round[] = []
  for (let round = 1; round <= options.rounds; round += 1) {
    const quiet = await run(`quiet-${round}`, 0)
    const hot = await run(`hot-${round}`, options.ids)
    rounds.push({ quiet, hot, ratio: Math.round((hot.p99Ms / quiet.p99Ms) * 100) / 100 })
  }
  return rounds
}

try {
  const rounds = await measure()
  const ratio = median(rounds.map((round) => round.ratio))
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    node: process.version,
  }
  if (options.json) {
    const { seconds, probes, ids } = options
    process.stdout.write(
      `${JSON.stringify({ machine, seconds, probes_per_second: probes, ids, rounds, ratio, ratio_max: ratioMax })}\n`,
    )
  } else {
    process.stdout.write(
      '| round | quiet p50 | quiet p99 | hot p50 | hot p99 | p99 ratio |\n|--:|--:|--:|--:|--:|--:|\n',
    )
    for (const [place, { quiet, hot, ratio: one }] of rounds.entries())
      process.stdout.write(
        `| ${place + 1} | ${quiet.p50Ms} ms | ${quiet.p99Ms} ms | ${hot.p50Ms} ms | ${hot.p99Ms} ms | ${one} |\n`,
      )
    process.stdout.write(`\nmedian of the ratios ${ratio}, at most ${ratioMax}\n`)
  }
  process.exitCode = ratio <= ratioMax ? 0 : 1
} catch (error) {
  say(asError(error).stack ?? String(error))
  process.exitCode = 1
} finally {
  await undoing.all()
}
