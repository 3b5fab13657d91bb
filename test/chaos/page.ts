import { type FaultKind, faultFacts, faultKinds } from './kinds.ts'
import type { Circumstances } from './machine.ts'
import type { MemorySample } from './memory.ts'
import type { ChaosOptions } from './options.ts'
import { type ChaosResult, describeChaos } from './result.ts'
import type { Event } from './strike.ts'

export interface ChaosRun {
  readonly result: ChaosResult
  readonly events: readonly Event[]
  readonly options: Pick<ChaosOptions, 'seconds' | 'seed' | 'eventsPerSecond'>
  readonly memory: readonly MemorySample[]
  readonly circumstances: Circumstances
  readonly on: Date
}

/** One run as a page of the documentation: written by the script alone. */
export function chaosPage({
  result,
  events,
  options,
  memory,
  circumstances: { machine, versions },
  on,
}: ChaosRun): string {
  const { seconds, seed, eventsPerSecond } = options
  const command = `npm run chaos -- --seconds ${seconds} --seed ${seed} --events-per-second ${eventsPerSecond} --page docs/chaos.md`
  const kinds = faultKinds.map(
    (kind) => `| \`${kind}\` | ${faultFacts[kind].says} | ${countOf(result, kind)} |`,
  )
  const rows = events
    .toSorted((a, b) => a.fromSeconds - b.fromSeconds)
    .map(
      ({ kind, fromSeconds, toSeconds, effect, note }) =>
        `| ${fromSeconds.toFixed(1)} | ${toSeconds.toFixed(1)} | \`${kind}\` | ${effect ? '' : '**without effect:** '}${cell(note)} |`,
    )
  return `# Chaos

A whole Tributary (every service, Kafka, the registry, ClickHouse) is broken again and again while a simulated world sends events from all
platforms; the world's own ledger, which lives outside of the services, then says what is missing, doubled or different. \`npm test\` does it
for a minute. This page was written by \`${command}\` on ${on.toISOString().slice(0, 10)}
(${Object.entries(versions)
    .map((pair) => pair.join(' '))
    .join(', ')}; ${machine}). How it works: [test/chaos](../test/chaos/README.md).

\`\`\`
${describeChaos(result).trimEnd()}
\`\`\`

| kind | what happens | times |
|---|---|--:|
${kinds.join('\n')}

## The run

Seconds from the beginning of the load; a fault ends when its cause is over and what it had ended runs again.

| from | to | fault | what it came to |
|--:|--:|---|---|
${rows.join('\n')}

## Memory

Resident MB of each service, of which anonymous (heap, buffers, stacks) in brackets: mapped state files grow with the state. ● after a figure: another
process than in the row above, since it was killed or ended.

${memoryTable(memory)}
`
}

function memoryTable(samples: readonly MemorySample[]): string {
  const names = [...new Set(samples.flatMap(({ by }) => Object.keys(by)))].toSorted()
  const rows = samples.map(({ seconds, by, pids }, place) => {
    const cells = names.map((name) => {
      const memory = by[name]
      if (memory === undefined) return ''
      const before = samples[place - 1]?.pids[name]
      const isNew = before !== undefined && before !== pids[name]
      return `${memory.rss.toFixed(0)} (${memory.anonymous.toFixed(0)})${isNew ? ' ●' : ''}`
    })
    return `| ${seconds.toFixed(0)} | ${cells.join(' | ')} |`
  })
  return `| s | ${names.join(' | ')} |\n|--:|${names.map(() => '--:|').join('')}\n${rows.join('\n')}`
}

const countOf = (result: ChaosResult, kind: FaultKind): string =>
  result.skipped[kind] === undefined
    ? String(result.faults[kind]?.count ?? '')
    : `skipped: ${result.skipped[kind]}`

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
