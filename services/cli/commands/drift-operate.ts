import type { Command } from 'commander'
import {
  byOption,
  group,
  jsonOption,
  type RecordOptions,
  reasonOption,
  recorded,
  type Register,
} from './command.ts'
import { wholeNumber } from './whole-number.ts'

const driftOf = (program: Command): Command =>
  group(program, 'drift', 'whether data still behaves as it did')
const baselineOf = (program: Command): Command =>
  group(driftOf(program), 'baseline', 'spans of snapshots that windows are compared with')
const labelOf = (program: Command): Command =>
  group(driftOf(program), 'label', 'incidents and campaigns, which leave the references')

interface Json extends RecordOptions {
  readonly json?: true
}

export const registerBaselineCreate: Register = (program, run) => {
  baselineOf(program)
    .command('create')
    .summary('make a baseline of stored snapshots, or freeze new edges')
    .description(
      'With --from and --to: the windows that end in that span, in the edges they were counted in. Without: edges are frozen anew by the next run, and its 28 days make the baseline; until a week of windows is counted in them, nothing compares. Not in force before drift baseline pin.',
    )
    .option('--from <time>', 'first as-of: ISO 8601, or back from now as 35d')
    .option('--to <time>', 'last as-of')
    .option(...reasonOption)
    .option(...byOption)
    .option(...jsonOption)
    .action((options: Json & { readonly from?: string; readonly to?: string }) =>
      run(async (terminal) => {
        const { createBaseline } = await import('../drift/operate/baselines.ts')
        return createBaseline(terminal, {
          from: options.from ?? null,
          to: options.to ?? null,
          ...recorded(options),
        })
      })(),
    )
}

export const registerBaselineList: Register = (program, run) => {
  baselineOf(program)
    .command('list')
    .summary('baselines, and which is in force')
    .option(...jsonOption)
    .action((options: Json) =>
      run(async (terminal) => {
        const { listBaselines } = await import('../drift/operate/baselines.ts')
        return listBaselines(terminal, options.json === true)
      })(),
    )
}

export const registerBaselinePin: Register = (program, run) => {
  baselineOf(program)
    .command('pin')
    .argument('<id>', 'as drift baseline list shows it')
    .summary('put a baseline in force')
    .option(...reasonOption)
    .option(...byOption)
    .option(...jsonOption)
    .action((id: string, options: Json) =>
      run(async (terminal) => {
        const { pinBaseline } = await import('../drift/operate/baselines.ts')
        return pinBaseline(terminal, { id, ...recorded(options) })
      })(),
    )
}

interface LabelOptions extends Json {
  readonly kind: string
  readonly from: string
  readonly to: string
  readonly subject?: readonly string[]
}

export const registerLabelAdd: Register = (program, run) => {
  labelOf(program)
    .command('add')
    .argument('<words>', 'what happened: no personal data')
    .summary('say that a span was an incident or a campaign')
    .description(
      'Windows that touch the span leave the references, and it is named as a cause of what moves in it.',
    )
    .requiredOption('--from <time>', 'ISO 8601, or back from now as 3d')
    .requiredOption('--to <time>', 'ISO 8601, or back from now')
    .option('--kind <kind>', 'incident or campaign', 'incident')
    .option('--subject <kind:name...>', 'only of these (default: of everything)')
    .option(...reasonOption)
    .option(...byOption)
    .option(...jsonOption)
    .action((words: string, options: LabelOptions) =>
      run(async (terminal) => {
        const { addLabel } = await import('../drift/operate/labels.ts')
        return addLabel(terminal, {
          words,
          kind: options.kind,
          from: options.from,
          to: options.to,
          subjects: options.subject ?? [],
          ...recorded(options),
        })
      })(),
    )
}

export const registerLabelList: Register = (program, run) => {
  labelOf(program)
    .command('list')
    .summary('labels that are in force')
    .option(...jsonOption)
    .action((options: Json) =>
      run(async (terminal) => {
        const { listLabels } = await import('../drift/operate/labels.ts')
        return listLabels(terminal, options.json === true)
      })(),
    )
}

export const registerLabelRemove: Register = (program, run) => {
  labelOf(program)
    .command('remove')
    .argument('<id>', 'as drift label list shows it')
    .summary('take a label back')
    .option(...reasonOption)
    .option(...byOption)
    .option(...jsonOption)
    .action((id: string, options: Json) =>
      run(async (terminal) => {
        const { removeLabel } = await import('../drift/operate/labels.ts')
        return removeLabel(terminal, { id, ...recorded(options) })
      })(),
    )
}

export const registerMute: Register = (program, run) => {
  driftOf(program)
    .command('mute')
    .argument('<subject>', 'kind:name, as drift alerts shows it')
    .summary('tell nobody of a subject for a while')
    .description(
      'Its alerts are opened and closed as before, with the reason beside them, and count as told to nobody.',
    )
    .requiredOption('--until <time>', 'ISO 8601')
    .requiredOption('--reason <text>', 'why, for the record: no personal data')
    .option(...byOption)
    .option(...jsonOption)
    .action((subject: string, options: Json & { readonly until: string }) =>
      run(async (terminal) => {
        const { mute } = await import('../drift/operate/mutes.ts')
        return mute(terminal, { subject, until: options.until, ...recorded(options) })
      })(),
    )
}

export const registerUnmute: Register = (program, run) => {
  driftOf(program)
    .command('unmute')
    .argument('<subject>', 'kind:name')
    .summary('take a mute back')
    .option(...reasonOption)
    .option(...byOption)
    .option(...jsonOption)
    .action((subject: string, options: Json) =>
      run(async (terminal) => {
        const { unmute } = await import('../drift/operate/mutes.ts')
        return unmute(terminal, { subject, ...recorded(options) })
      })(),
    )
}

export const registerDriftAlerts: Register = (program, run) => {
  driftOf(program)
    .command('alerts')
    .summary('what is open: what moved, since when, why, whom it concerns')
    .description('Read from drift_alerts. Exit 1 while there is one that somebody is told of.')
    .option('--all', 'closed ones too, the last ones first')
    .option('--limit <count>', 'with --all: how many closed ones', wholeNumber, 1000)
    .option(...jsonOption)
    .action((options: Json & { readonly all?: true; readonly limit: number }) =>
      run(async (terminal) => {
        const { listAlerts } = await import('../drift/operate/alerts.ts')
        return listAlerts(terminal, options.all === true ? options.limit : 0, options.json === true)
      })(),
    )
}
