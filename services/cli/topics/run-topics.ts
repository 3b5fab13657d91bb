import { applyTopics, planTopics, type TopicPlan } from '#runtime/boot/topics.ts'
import type { Admin } from '#runtime/kafka/ports.ts'
import { auditedAfter } from '../shell/audit.ts'
import { readKafkaConfig } from '../shell/configuration.ts'
import { openKafka } from '../shell/connections.ts'
import { toJsonLine } from '../shell/json.ts'
import { servingGeneration } from '../shell/serving-generation.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'

export interface TopicsArguments {
  readonly apply: boolean
  readonly reason: string
  /** null: the account of this process. */
  readonly by: string | null
  readonly json: boolean
}

/** Of source topics, which only local mode creates. */
const sourcePartitions = 4

/** `plan`: exit 1 when something is to do. `apply`: does it. */
export async function runTopics(terminal: Terminal, asked: TopicsArguments): Promise<ExitStatus> {
  const { apply, json } = asked
  const { mode, partitions, prefix, replicationFactor } = readKafkaConfig(terminal)
  const kafka = openKafka(terminal)
  const admin = await kafka.admin()
  try {
    const serving = await servingGeneration(kafka, admin, { prefix, partitions })
    const plan = await planTopics(admin, {
      prefix,
      replicationFactor,
      generation: serving.generation,
      profileLogPartitions: serving.partitions,
      sourcePartitions,
      withSources: mode === 'local',
    })
    const { change, conflicts, create } = plan
    const isWritten = apply ? await applyAudited(terminal, asked, admin, plan) : null
    const audit = isWritten === null ? {} : { audited: isWritten }
    terminal.stdout.write(
      json
        ? toJsonLine({ applied: apply, ...audit, change, conflicts, create })
        : describe(plan, apply) + (isWritten === false ? unwritten : ''),
    )
    return apply || isEmpty(plan) ? 0 : 1
  } finally {
    await admin.close()
    await kafka.close()
  }
}

/** Topics come before tables: a new installation has no audit_log yet. False: there is nowhere to write. */
async function applyAudited(
  terminal: Terminal,
  asked: TopicsArguments,
  admin: Admin,
  plan: TopicPlan,
): Promise<boolean> {
  const details = { created: plan.create.map(({ topic }) => topic), changed: plan.change }
  const privileged = { command: 'topics apply', ...asked, details }
  try {
    await applyTopics(admin, plan)
  } catch (error) {
    await auditedAfter(terminal, privileged, 'failed')
    throw error
  }
  return await auditedAfter(terminal, privileged, 'done')
}

const unwritten = 'not written into audit_log: ClickHouse is away, or not migrated yet\n'

const isEmpty = ({ change, conflicts, create }: TopicPlan): boolean =>
  create.length + change.length + conflicts.length === 0

function describe(plan: TopicPlan, applied: boolean): string {
  const { change, conflicts, create } = plan
  const lines = [
    ...create.map(({ partitions, topic }) => `+ ${topic}, ${partitions} partitions`),
    ...change.map(
      ({ have, setting, topic, want }) => `~ ${topic}: ${setting} ${have} becomes ${want}`,
    ),
    ...conflicts.map(
      ({ have, setting, topic, want }) =>
        `! ${topic}: ${setting} is ${have}, configured is ${want}; that cannot be changed in place`,
    ),
  ]
  const verdict = isEmpty(plan)
    ? 'all topics are as declared'
    : applied
      ? 'done'
      : 'nothing was changed'
  return `${[...lines, verdict].join('\n')}\n`
}
