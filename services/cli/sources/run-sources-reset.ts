import type { Channel } from '#runtime/event/vocabulary.ts'
import type { Admin } from '#runtime/kafka/ports.ts'
import { groupName } from '#schemas/topics.ts'
import { type AuditTrail, audited } from '../shell/audit.ts'
import { readKafkaConfig } from '../shell/configuration.ts'
import { openKafka } from '../shell/connections.ts'
import { toJsonLine } from '../shell/json.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'
import { findResets } from './find-resets.ts'
import type { PartitionReset } from './plan-reset.ts'

export interface SourcesResetArguments {
  readonly channel: Channel
  readonly dryRun: boolean
  readonly reason: string
  /** null: the account of this process. */
  readonly by: string | null
  readonly json: boolean
}

/** Accepts the gap in a channel's topics: partitions whose committed offset left the log go on at its oldest record. */
export async function runSourcesReset(
  terminal: Terminal,
  asked: SourcesResetArguments,
): Promise<ExitStatus> {
  if (asked.dryRun) return resetChannel(terminal, asked, null)
  const details = { channel: asked.channel }
  return audited(terminal, { command: 'sources reset', ...asked, details }, async (trail) =>
    resetChannel(terminal, asked, trail),
  )
}

async function resetChannel(
  terminal: Terminal,
  { channel, dryRun, json }: SourcesResetArguments,
  trail: AuditTrail | null,
): Promise<ExitStatus> {
  const { prefix } = readKafkaConfig(terminal)
  const kafka = openKafka(terminal)
  const admin = await kafka.admin()
  try {
    const group = groupName(prefix, channel)
    const resets = await findResets(admin, prefix, channel)
    trail?.add({ partitions: resets })
    await trail?.save()
    if (!dryRun) await apply(admin, group, resets)
    terminal.stdout.write(
      json ? toJsonLine({ applied: !dryRun, group, partitions: resets }) : describe(resets, dryRun),
    )
    return dryRun && resets.length > 0 ? 1 : 0
  } finally {
    await admin.close()
    await kafka.close()
  }
}

async function apply(
  admin: Admin,
  group: string,
  resets: readonly PartitionReset[],
): Promise<void> {
  for (const [topic, of] of Map.groupBy(resets, (reset) => reset.topic))
    await admin.resetCommitted(
      group,
      topic,
      new Map(of.map(({ partition, to }) => [partition, to])),
    )
}

function describe(resets: readonly PartitionReset[], dryRun: boolean): string {
  if (resets.length === 0) return 'every partition can go on where it is\n'
  const lines = resets.map(({ topic, partition, committed, low, high, to, lost }) => {
    const gap = lost === null ? 'the topic was created anew' : `${lost} records expired unread`
    return `${topic}/${partition}: committed ${committed}, the log has ${low} to ${high}: ${gap}; goes on at ${to}`
  })
  return `${lines.join('\n')}\n${dryRun ? 'nothing was changed' : 'done; the service goes on from there when it starts'}\n`
}
