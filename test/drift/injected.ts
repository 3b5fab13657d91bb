import { Command } from 'commander'
import { wholeNumber } from '../../services/cli/commands/whole-number.ts'
import { createBar, type Output, parse, withOutput, write } from './command-line.ts'
import { injectedChanges } from './injected-changes.ts'
import { injectedInto, isRight } from './measure-injected.ts'
import { injectedSection } from './page.ts'

// `npm run drift:injected`: whether the drift monitor finds what was done to a shop, and says what it was.

interface Options extends Output {
  readonly seeds: number
}

const options = parse(
  withOutput(
    new Command('drift:injected')
      .description(
        `Changes of ${injectedChanges.length} kinds, each done to a copy of a simulated shop that is watched day by day as \`tributary drift run\` would, offline: what was done against what the alerts name.`,
      )
      .option('--seeds <n>', 'worlds, from seed 1 on', wholeNumber, 20)
      .addHelpText(
        'after',
        '\nExit codes: 0 every change was found in time and nothing but its cause was named, 1 one was not, 2 usage.',
      ),
  ),
).opts<Options>()
const { seeds } = options
const bar = createBar(seeds * injectedChanges.length, 'changes')
const heard = Array.from({ length: seeds }, (_, n) => injectedInto(n + 1, () => bar.step())).flat()
bar.stop()
write(options, {
  section: 'drift:injected',
  text: injectedSection(heard),
  json: {
    changes: heard.map(({ change: { name, cause }, named, ...rest }) => ({
      name,
      cause,
      named: [...named],
      ...rest,
    })),
  },
})
process.exitCode = heard.every(isRight) ? 0 : 1
