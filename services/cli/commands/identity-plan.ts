import { group, jsonOption, type Register } from './command.ts'
import { wholeNumber } from './whole-number.ts'

interface PlanOptions {
  readonly policy?: string
  readonly limit: number
  readonly json?: true
}

export const registerIdentityPlan: Register = (program, run) => {
  group(program, 'identity', 'Who is who')
    .command('plan')
    .summary('which profiles would merge, part or change their id under another policy')
    .description(
      'Folds the whole decision log by the production linker and decides again upon every profile under the policy of a file, before anybody dares to deploy it. Changes nothing.',
    )
    .option(
      '--policy <file>',
      'pipeline file, or only its identity part (default: the policy in force, for what was decided under older ones)',
    )
    .option('--limit <n>', 'changes to show, those that move most first', wholeNumber, 20)
    .option(...jsonOption)
    .action((options: PlanOptions) =>
      run(async (terminal) => {
        const { runPlan } = await import('../identity/plan/run-plan.ts')
        return runPlan(terminal, {
          policy: options.policy ?? null,
          limit: options.limit,
          json: options.json === true,
        })
      })(),
    )
}

interface ApplyOptions {
  readonly policy?: string
  readonly expect?: string
  readonly by?: string
  readonly reason: string
  readonly wait?: true
  readonly json?: true
}

export const registerIdentityApply: Register = (program, run) => {
  group(program, 'identity', 'Who is who')
    .command('apply')
    .summary('bring the profiles of the past in line with the policy in force')
    .description(
      'Plans anew and puts one command into the decision log for each profile that changes: its evidence is decided upon again, in its order, under the policy in force. Operators’ merges and splits stand. May be repeated.',
    )
    .option('--policy <file>', 'refuse unless this is the policy in force')
    .option('--expect <plan>', 'refuse unless just this plan would be carried out')
    .option('--by <account>', 'who does it, for the record (default: the account of this process)')
    .option('--reason <text>', 'why, for those who come after', '')
    .option('--wait', 'until the linker has decided and the homes have followed')
    .option(...jsonOption)
    .action((options: ApplyOptions) =>
      run(async (terminal) => {
        const { runApply } = await import('../identity/plan/run-apply.ts')
        return runApply(terminal, {
          policy: options.policy ?? null,
          expect: options.expect ?? null,
          by: options.by ?? null,
          reason: options.reason,
          wait: options.wait === true,
          json: options.json === true,
        })
      })(),
    )
}
