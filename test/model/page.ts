import { invariantNames } from './invariants.ts'
import type { Mode } from './faults.ts'
import type { Mutant } from './mutants.ts'
import type { Found } from './recorded.ts'
import type { Failure, Tally } from './tally.ts'

export const replayCommand = (mode: Mode, seed: number, mutant?: Mutant): string =>
  `npm run simulate -- --mode ${mode} --from ${seed} --seeds 1${mutant === undefined ? '' : ` --mutant '${mutant}'`}`

/** A failing seed in words, with the command that runs it again. */
export function failureText(
  { mode, seed, breaches }: Failure & { readonly mode: Mode },
  mutant?: Mutant,
): string {
  const lines = breaches
    .slice(0, 5)
    .map(({ invariant, what }) => `  ${invariant} (${invariantNames[invariant]}): ${what}\n`)
  return `seed ${seed}, ${mode}, failed:\n${lines.join('')}  again: ${replayCommand(mode, seed, mutant)}\n`
}

export interface SimulationRun {
  readonly command: string
  readonly results: ReadonlyMap<Mode, Tally>
  readonly seconds: number
  readonly workers: number
  readonly mutants: readonly Found[]
  readonly node: string
  readonly on: Date
}

const number = (value: number): string => value.toLocaleString('en-US')

/** The figures as a page of the documentation: written by the script alone. */
export function simulationPage(run: SimulationRun): string {
  const histories = [...run.results].map(
    ([mode, { histories: count, steps, records, events, slowest, failures }]) =>
      `| ${mode} | ${number(count)} | ${number(records)} | ${number(events)} | ${number(steps)} | ${slowest === 0 ? '–' : `${(slowest * 100).toFixed(0)} %`} | ${failures.length} |`,
  )
  const tallies = [...run.results.values()]
  const kinds = [...new Set(tallies.flatMap(({ struck }) => Object.keys(struck)))].toSorted()
  const faults = kinds.map(
    (kind) => `| ${kind} | ${tallies.map(({ struck }) => number(struck[kind] ?? 0)).join(' | ')} |`,
  )
  const mutants = run.mutants.map(
    ({ mutant, mode, seed }) => `| ${mutant} | ${mode} | ${seed ?? '**not found**'} |`,
  )
  const modes = [...run.results.keys()]
  return `# The simulation, one long run

The services' own pipelines on brokers, states and tables in memory, one seed for everything: see [test/model](../test/model/README.md). This page was written by
\`${run.command}\` on ${run.on.toISOString().slice(0, 10)} with Node ${run.node.slice(1)}: ${number(Math.round(run.seconds))} s on ${run.workers} threads of a shared machine.
A history that fails names its seed, which repeats it: \`${replayCommand('safety', 17)}\`.

| mode | histories | raw records | events in them | steps | slowest way to rest, of its bound | failed |
|---|--:|--:|--:|--:|--:|--:|
${histories.join('\n')}

## Faults that struck

| fault | ${modes.join(' | ')} |
|---|${modes.map(() => '--:').join('|')}|
${faults.join('\n')}

## Teeth

Each of these breaks the product on purpose, in a wrapper around its ports; the first seed, counted from 1, whose history shows it:

| what is broken | mode | found at seed |
|---|---|--:|
${mutants.join('\n')}
`
}
