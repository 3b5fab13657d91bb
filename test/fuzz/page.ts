export interface FuzzFigures {
  readonly name: string
  readonly runs: number
  /** Events, or decoded records, that came out. */
  readonly accepted: number
  readonly slowestMs: number
  /** Of the heap after the caches were full, garbage collected before both readings. */
  readonly heapGrowthMb: number
  readonly seconds: number
}

/** The figures as a page of the documentation: written by the script alone. */
export function fuzzPage(
  figures: readonly FuzzFigures[],
  run: { readonly seed: number; readonly node: string; readonly on: Date },
): string {
  const rows = figures.map(
    ({ name, runs, accepted, slowestMs, heapGrowthMb, seconds }) =>
      `| ${name} | ${runs.toLocaleString('en-US')} | ${accepted.toLocaleString('en-US')} | ${slowestMs.toFixed(0)} | ${heapGrowthMb.toFixed(1)} | ${seconds.toFixed(0)} |`,
  )
  return `# Hostile input

Mutated payloads through every normaliser, router and frame, and damaged bytes through every decoder: no throw, no hang (a record takes at most a
second), nothing in a prototype, memory flat. \`npm test\` makes 20,000 runs of each; this page was written by
\`npm run fuzz -- --runs ${figures[0]?.runs ?? 0} --seed ${run.seed} --page docs/hostile-input.md\` on ${run.on.toISOString().slice(0, 10)} with Node ${run.node.slice(1)}.
A run that fails names its seed and number, which repeat it: \`npm run fuzz -- --only sendgrid --seed 1 --from 123 --runs 1\`.

| target | runs | events or records that came out | slowest run, ms | heap growth, MB | seconds |
|---|--:|--:|--:|--:|--:|
${rows.join('\n')}
`
}
