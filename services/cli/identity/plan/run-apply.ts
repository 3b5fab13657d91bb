import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { epochMs } from '#runtime/event/ids.ts'
import type { KafkaClient } from '#runtime/kafka/ports.ts'
import type { CommandRecord } from '#runtime/log/links.ts'
import { commandEvidenceId } from '../../../identity/core/commands.ts'
import type { ProfileChange } from '../../../identity/core/plan-policy.ts'
import { readKafkaConfig } from '../../shell/configuration.ts'
import { openClickHouse, openKafka } from '../../shell/connections.ts'
import { type AuditTrail, audited } from '../../shell/audit.ts'
import { ownAccount } from '../../shell/own-account.ts'
import { toJsonLine } from '../../shell/json.ts'
import { askServingGeneration } from '../../shell/serving-generation.ts'
import type { ExitStatus, Terminal } from '../../shell/terminal.ts'
import { waitUntil } from '../../shell/wait-until.ts'
import { refuseWhileSwitching, sendCommands } from '../operate/send-commands.ts'
import { readIdentityPart } from '../read-policy.ts'
import { storedProfiles } from '../refold/compare-stored.ts'
import type { PlanView } from './plan-view.ts'
import { makePlan } from './run-plan.ts'

export interface ApplyArguments {
  /** Refuse unless this file's policy is in force; null: whichever is. */
  readonly policy: string | null
  /** Refuse unless this plan would be carried out; null: whichever is. */
  readonly expect: string | null
  /** null: the account of this process. */
  readonly by: string | null
  readonly reason: string
  readonly wait: boolean
  readonly json: boolean
}

/** What `identity apply --json` prints. */
interface Applied {
  readonly plan: string
  readonly counts: PlanView['counts']
  /** In the order of the log. */
  readonly command_ids: readonly string[]
  /** Identifiers whose profile becomes another one. */
  readonly moved: number
  /** null: nobody waited for it. */
  readonly done: boolean | null
}

/** `tributary identity apply`. Exit 0 also when nothing was to be done; 1 when it was refused. */
export const runApply = async (terminal: Terminal, asked: ApplyArguments): Promise<ExitStatus> =>
  audited(terminal, { command: 'identity apply', ...asked }, async (trail) =>
    apply(terminal, asked, trail),
  )

async function apply(
  terminal: Terminal,
  asked: ApplyArguments,
  trail: AuditTrail,
): Promise<ExitStatus> {
  const wanted = asked.policy === null ? null : await readIdentityPart(asked.policy)
  const kafka = openKafka(terminal)
  const clickhouse = openClickHouse(terminal)
  try {
    const { plan, view } = await makePlan(terminal, kafka, wanted)
    refuseUnlessInForce(view)
    refuseUnlessExpected(view, asked.expect)
    const at = epochMs(terminal.now().getTime())
    const by = asked.by ?? ownAccount()
    const reason = asked.reason === '' ? `identity apply, plan ${view.plan}` : asked.reason
    const run = randomUUID()
    const commands = plan.commands.map(
      (id, place): CommandRecord => ({
        kind: 'command',
        commandId: `${run}.${place + 1}`,
        at,
        by,
        reason,
        action: 'reconsider',
        fragments: [id],
      }),
    )
    trail.because(reason)
    trail.add({ plan: view.plan, run, commands: commands.length })
    if (commands.length > 0) {
      await trail.save()
      await send(terminal, kafka, commands)
    }
    const moved = plan.changes.flatMap((change) => change.moved)
    const last = commands.at(-1)
    if (asked.wait && last !== undefined) await untilFollowed(clickhouse, last, moved)
    const applied: Applied = {
      plan: view.plan,
      counts: view.counts,
      command_ids: commands.map(({ commandId }) => commandId),
      moved: moved.length,
      done: asked.wait || last === undefined ? true : null,
    }
    terminal.stdout.write(asked.json ? toJsonLine(applied) : describe(applied))
    return 0
  } finally {
    await kafka.close()
    await clickhouse.close()
  }
}

function refuseUnlessInForce({ policy }: PlanView): void {
  if (policy.settings.length === 0) return
  const [first] = policy.settings
  throw new TributaryError(
    'TRB_DEFINITION_FORBIDDEN',
    `the policy of the file is not in force: identity.${first?.setting} is ${first?.before}, the file says ${first?.after}`,
    {
      hint: policy.settings.some(({ carriedBy }) => carriedBy === 'rebuild')
        ? 'Only a rebuild carries this change: tributary rebuild FILE.'
        : 'Deploy it first: tributary deploy FILE.',
    },
  )
}

function refuseUnlessExpected({ plan }: PlanView, expected: string | null): void {
  if (expected === null || expected === plan) return
  throw new TributaryError(
    'TRB_PLAN_CHANGED',
    `plan ${plan} would be carried out, not ${expected}: the log has gone on since`,
  )
}

async function send(
  terminal: Terminal,
  kafka: KafkaClient,
  commands: readonly CommandRecord[],
): Promise<void> {
  const config = readKafkaConfig(terminal)
  const { generation, record } = await askServingGeneration(kafka, config)
  refuseWhileSwitching(record)
  await sendCommands(kafka, { prefix: config.prefix, generation }, commands)
}

const waitMaxMs = 60_000
/** Identifiers that are watched: where so many have followed, the others have. */
const watchedMax = 1000

/** Until the last command was decided upon, and whoever moved has left the profile that it was in. */
async function untilFollowed(
  clickhouse: ClickHouse,
  last: CommandRecord,
  moved: ProfileChange['moved'],
): Promise<void> {
  const link = commandEvidenceId(last.commandId)
  const watched = moved.slice(-watchedMax)
  const followed = async (): Promise<boolean> => {
    const [row] = await clickhouse.query<{ readonly decisions: string }>(
      'SELECT count() AS decisions FROM identity_decisions FINAL WHERE link_id = {link:String}',
      { link },
    )
    if (Number(row?.decisions) === 0) return false
    const stored = await storedProfiles(
      clickhouse,
      watched.map(({ id }) => id),
    )
    return watched.every(({ id, from }) => stored.get(id) !== from)
  }
  await waitUntil(
    {
      deadline: performance.now() + waitMaxMs,
      now: () => performance.now(),
      sleep: (ms) => sleep(ms),
    },
    {
      message: `the commands are in the log, and identity or profiles have not come to them in ${waitMaxMs / 1000} s`,
      hint: 'See who is behind: tributary doctor. The commands need not be given again.',
    },
    async () => ((await followed()) ? true : null),
  )
}

const number = new Intl.NumberFormat('en-US')

function describe({ command_ids: ids, moved, plan, done }: Applied): string {
  if (ids.length === 0)
    return 'Nothing to do: the profiles are what the policy in force makes of them.\n'
  const where = done ? 'done' : 'in the log: the linker decides in its turn'
  return `plan ${plan}: ${number.format(ids.length)} profiles reconsidered, ${number.format(moved)} identifiers move; ${where}\n`
}
