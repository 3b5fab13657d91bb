import type { BackdateResult } from './run-backdate.ts'

const number = new Intl.NumberFormat('en-US')

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly node: string
  /** Processes that wanted a core when the run began: other work that shares the machine. */
  readonly load: number
  /** The day of the run. */
  readonly on: string
}

const begin = '<!-- backdate: written by npm run backdate -->'
const end = '<!-- backdate: end -->'

/** The page with these figures in the place of the old ones. */
export function withFigures(
  page: string,
  results: readonly BackdateResult[],
  machine: Machine,
): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from < 0 || to < from)
    throw new Error('the page has no place for the figures of npm run backdate')
  return `${page.slice(0, from + begin.length)}\n${figures(results, machine)}\n${page.slice(to)}`
}

export function figures(
  results: readonly BackdateResult[],
  { cores, cpu, load, node, on }: Machine,
): string {
  const row = (what: string, of: (result: BackdateResult) => string): string =>
    `| ${what} | ${results.map(of).join(' | ')} |`
  return [
    `Run on ${on}, ${cpu} with ${cores} cores, Node ${node}; the stack, all services, the sender and the rebuild share them, with other work at a load of ${Math.round(load)}.`,
    '',
    `| | ${results.map(({ rateAsked }) => `${number.format(rateAsked)} events/s`).join(' | ')} |`,
    `|---|${results.map(() => '--:|').join('')}`,
    row(
      'events before the change, and in all',
      ({ events, eventsBefore }) => `${number.format(eventsBefore)}, ${number.format(events)}`,
    ),
    row('profiles', ({ profiles }) => number.format(profiles)),
    row(
      'sent while it was rebuilt, by intended times',
      ({ pace }) => `${number.format(pace.events)} in ${pace.seconds} s`,
    ),
    row('that is, at the source', ({ pace }) => `${number.format(pace.eventsPerSecond)} events/s`),
    row(
      'acknowledged later than intended by p50, p99, at most',
      ({ pace: { lateMs } }) =>
        `${number.format(lateMs.p50)}, ${number.format(lateMs.p99)}, ${number.format(lateMs.max)} ms`,
    ),
    row(
      'when the new generation took over: sent, stored of it',
      ({ atSwitch }) => `${number.format(atSwitch.sent)}, ${number.format(atSwitch.stored)}`,
    ),
    row('sent after that', ({ atSwitch }) => number.format(atSwitch.sentAfter)),
    row('all applied, after the last was sent', ({ convergedSeconds }) => `${convergedSeconds} s`),
    row(
      'rebuild, kills included; rounds',
      ({ atSwitch, rebuildSeconds }) => `${rebuildSeconds} s; ${atSwitch.rounds}`,
    ),
    row('channels paused', ({ pausedSeconds }) => `${pausedSeconds} s`),
    row('SIGKILL', ({ killed }) => killed.join('; ')),
    row('`deploy --dry-run` of the same file', ({ dryRunSeconds }) => `${dryRunSeconds} s`),
    row(
      'missing, double, mismatches against the ledger',
      ({ double, mismatches, missing }) => `${missing}, ${double}, ${mismatches.length}`,
    ),
    ...(results[0]?.pairs ?? []).map(({ always, late }, index) =>
      row(
        `\`${late}\` unlike \`${always}\` by more than 1e-12`,
        ({ pairs }) =>
          `${pairs[index]?.different} of ${number.format(pairs[index]?.profiles ?? 0)}; at most ${pairs[index]?.largestDifference}`,
      ),
    ),
    row(
      'left by `define` (of the tightened rule)',
      ({ left, leftTightened }) => `${number.format(left)} (${number.format(leftTightened)})`,
    ),
    row(
      'of those, of nobody who was a member; members who left unsaid',
      ({ leftUnsaid, leftWrongly }) => `${leftWrongly}; ${leftUnsaid}`,
    ),
    row('of `define`, said in public', ({ published }) => String(published)),
  ].join('\n')
}

/** What must be so; empty: all of it. */
export function faultsOf(result: BackdateResult): readonly string[] {
  const {
    double,
    enteredByDefine,
    left,
    leftUnsaid,
    leftWrongly,
    mismatches,
    missing,
    pairs,
    published,
  } = result
  const wanted: readonly (readonly [string, boolean])[] = [
    [`${missing} events are missing`, missing === 0],
    [`${double} events counted twice`, double === 0],
    [`${mismatches.length} features differ from the ledger`, mismatches.length === 0],
    ...pairs.map(
      ({ always, different, late, profiles }) =>
        [
          `${different} of ${profiles} values of ${late} differ from ${always}`,
          different === 0 && profiles > 0,
        ] as const,
    ),
    ['nobody left by the tightened rule', left > 0],
    [`${leftWrongly} exits of nobody who was a member`, leftWrongly === 0],
    [`${leftUnsaid} members left and nothing says so`, leftUnsaid === 0],
    [`${enteredByDefine} entries by definition`, enteredByDefine === 0],
    [`${published} transitions by definition were said in public`, published === 0],
  ]
  return wanted.flatMap(([what, holds]) => (holds ? [] : [what]))
}

/** What the run was to show beside that; empty: it did. */
export function shortOf({ atSwitch, pace, rateAsked }: BackdateResult): readonly string[] {
  return [
    ...(atSwitch.sentAfter > 0
      ? []
      : ['the events had ended before the new generation took over: give the world more seconds']),
    ...(pace.eventsPerSecond >= rateAsked * 0.99
      ? []
      : [`${pace.eventsPerSecond} events a second were sent, not ${rateAsked}`]),
  ]
}
