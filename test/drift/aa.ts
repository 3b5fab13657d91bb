import { Command } from 'commander'
import { wholeNumber } from '../../services/cli/commands/whole-number.ts'
import { createBar, type Output, parse, withOutput, write } from './command-line.ts'
import { falsePerSeed, goalPerSeed, quietYear } from './measure-aa.ts'
import { aaSection } from './page.ts'

// `npm run drift:aa`: how often the drift monitor calls somebody though nothing changed.

interface Options extends Output {
  readonly seeds: number
  readonly days: number
}

const options = parse(
  withOutput(
    new Command('drift:aa')
      .description(
        'False alarms: years of a simulated shop in which nothing changes, measured and judged day by day as `tributary drift run` would, offline.',
      )
      .option('--seeds <n>', 'worlds, from seed 1 on', wholeNumber, 10)
      .option('--days <n>', 'daily windows of each, after 28 days of baseline', wholeNumber, 364)
      .addHelpText(
        'after',
        `\nExit codes: 0 at most ${goalPerSeed} false episode a seed on average, 1 more, 2 usage.`,
      ),
  ),
).opts<Options>()
const { seeds, days } = options
const bar = createBar(seeds * days, 'windows')
const years = Array.from({ length: seeds }, (_, n) => quietYear(n + 1, days, () => bar.step()))
bar.stop()
const mean = falsePerSeed(years)
write(options, {
  section: 'drift:aa',
  text: aaSection(years),
  json: {
    false_episodes_per_seed: mean,
    goal: goalPerSeed,
    seeds: years.map(({ falseEpisodes, ...year }) => ({
      ...year,
      falseEpisodes: falseEpisodes.map((one) => ({ ...one })),
    })),
  },
})
process.exitCode = mean <= goalPerSeed ? 0 : 1
