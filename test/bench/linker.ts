import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { wholeNumber } from '../../services/cli/commands/whole-number.ts'
import { writeLinks } from './linker/links-file.ts'
import { mixes, type Mix } from './linker/links-world.ts'
import type { Figures, Measure, Task } from './linker/run.ts'

const program = new Command('bench:linker')
  .description(
    'The linker, from the bytes of identity.links to its state: links a second. Kafka and ClickHouse take everything at once; the links are made beforehand',
  )
  .option('--links <n>', 'links of each mix (default: 1000000, of rebuild 10000000)', wholeNumber)
  .addOption(
    new Option(
      '--mix <mix>',
      'realistic: most links confirm; merge: each joins; repeat: each is sent ten times; default: all three',
    ).choices(mixes),
  )
  .addOption(
    new Option('--state <state>', 'where the state is; default: both, and decoding alone').choices([
      'memory',
      'lmdb',
    ]),
  )
  .addOption(
    new Option(
      '--suite <suite>',
      'rebuild: a linker without a state reads the realistic mix to its end',
    )
      .choices(['speed', 'rebuild'])
      .default('speed'),
  )
  .option('--rounds <n>', 'interleaved; medians are shown', wholeNumber, 1)
  .option('--seed <n>', 'of the links', wholeNumber, 1)
  .option('--json', 'one JSON object on stdout')
  .parse()
const options = program.opts<{
  links?: number
  mix?: Mix
  state?: 'memory' | 'lmdb'
  suite: 'speed' | 'rebuild'
  rounds: number
  seed: number
  json?: true
}>()

const isRebuild = options.suite === 'rebuild'
const links = options.links ?? (isRebuild ? 10_000_000 : 1_000_000)
const mixesAsked = isRebuild ? (['realistic'] as const) : options.mix ? [options.mix] : mixes
const measuresAsked: readonly Measure[] = isRebuild
  ? ['lmdb']
  : options.state
    ? [options.state]
    : ['decode', 'fold', 'memory', 'lmdb']

function measured(task: Task): Figures {
  const run = spawnSync(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      join(import.meta.dirname, 'linker', 'run.ts'),
      JSON.stringify(task),
    ],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  )
  if (run.status !== 0) throw new Error(`${task.measure} ended with ${run.status ?? run.signal}`)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by run.ts
  return JSON.parse(run.stdout) as Figures
}

interface Row extends Figures {
  readonly mix: Mix
  readonly measure: Measure
  readonly bytes_per_link: number
}

const medianOf = (rows: readonly Row[]): Row | undefined =>
  rows.toSorted((a, b) => a.seconds - b.seconds)[Math.floor(rows.length / 2)]

const directory = mkdtempSync(join(tmpdir(), 'tributary-bench-'))
const rows: Row[] = []
try {
  for (const mix of mixesAsked) {
    const file = join(directory, mix)
    const bytes = writeLinks(file, { seed: options.seed, mix, links })
    const found = new Map<Measure, Row[]>(measuresAsked.map((measure) => [measure, []]))
    for (let round = 0; round < options.rounds; round += 1)
      for (const measure of measuresAsked) {
        const figures = measured({ measure, file, links, directory: join(directory, 'state') })
        found
          .get(measure)
          ?.push({ mix, measure, bytes_per_link: Math.round(bytes / links), ...figures })
      }
    rows.push(...[...found.values()].flatMap((list) => medianOf(list) ?? []))
    rmSync(file)
  }
} finally {
  rmSync(directory, { recursive: true })
}

if (options.json)
  process.stdout.write(
    `${JSON.stringify({ machine: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version, rounds: options.rounds, suite: options.suite, rows })}\n`,
  )
else {
  process.stdout.write(
    '| mix | measured | links | links/s | seconds | CPU s | peak RSS MB | state MB |\n|---|---|---|---|---|---|---|---|\n',
  )
  for (const row of rows)
    process.stdout.write(
      `| ${row.mix} | ${row.measure} | ${row.links} | ${row.links_per_second} | ${row.seconds} | ${row.cpu_seconds} | ${row.rss_max_mb} | ${row.state_mb} |\n`,
    )
}
