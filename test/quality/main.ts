import { readFileSync, writeFileSync } from 'node:fs'
import { Presets, SingleBar } from 'cli-progress'
import { Command } from 'commander'
import { canonicalJson } from '#runtime/log/canonical-json.ts'
import { wholeNumber } from '../../services/cli/commands/whole-number.ts'
import { goals, missed } from './goals.ts'
import { qualityJson } from './json.ts'
import { measureQuality } from './measure.ts'
import { qualityText, withSection } from './page.ts'

// `npm run quality:identity`: how well profiles match true people, on a simulated world of which all is known.

interface Options {
  readonly events: number
  readonly people?: number
  readonly seed: number
  readonly json?: true
  readonly page?: string
}

/** As in the demo: ten events a person. */
const eventsPerPerson = 10

const program = new Command('quality:identity')
  .description(
    'How well profiles match true people: a simulated world through the production channels and the production linker, offline, and beside it a union-find without any rule.',
  )
  .option('--events <n>', 'events of the world', wholeNumber, 1_000_000)
  .option('--people <n>', 'people in it (default: a tenth of the events)', wholeNumber)
  .option('--seed <n>', 'the same seed gives the same world and the same figures', wholeNumber, 1)
  .option('--json', 'one JSON object on stdout')
  .option('--page <file>', 'also writes the figures between the marks of a Markdown file')
  .addHelpText(
    'after',
    `\nExit codes: 0 all goals met, 1 one missed (precision ${goals.precision}, recall ${goals.recall} over linkable pairs, no merge through junk, nobody merged through a shared device), 2 usage.`,
  )
  .exitOverride()

function parse(): Options {
  try {
    return program.parse().opts<Options>()
  } catch {
    // Commander has said what was wrong, or has shown the help.
    return process.exit(process.argv.includes('--help') || process.argv.includes('-h') ? 0 : 2)
  }
}

const { events, people, seed, json, page } = parse()
const bar = new SingleBar(
  { format: '{bar} {value}/{total} events, {eta} s left', stream: process.stderr },
  Presets.shades_classic,
)
if (process.stderr.isTTY) bar.start(events, 0)
const quality = measureQuality(
  { seed, events, people: people ?? Math.max(2, Math.floor(events / eventsPerPerson)) },
  (done) => {
    if (done % 1000 === 0) bar.update(Math.min(done, events))
  },
)
bar.stop()
const misses = missed(quality.tributary)
if (json) process.stdout.write(`${canonicalJson(qualityJson(quality, misses))}\n`)
else process.stdout.write(qualityText(quality))
if (page !== undefined) writeFileSync(page, withSection(readFileSync(page, 'utf8'), quality))
for (const miss of misses) process.stderr.write(`goal missed: ${miss}\n`)
process.exitCode = misses.length === 0 ? 0 : 1
