import { checkTopics } from '#runtime/boot/topics.ts'
import { definitionInForce } from '#runtime/definition/deploy/in-force.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { topicName } from '#schemas/topics.ts'
import { type AuditTrail, audited } from '../shell/audit.ts'
import { listenForInterruption } from '../shell/interruption.ts'
import { toJsonLine } from '../shell/json.ts'
import { readInput } from '../shell/read-input.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'
import type { RebuildArguments } from './arguments.ts'
import { buildThroughOutages } from './build.ts'
import { outcomeJson, printOutcome } from './describe-rebuild.ts'
import { runNewKeyDryRun } from './new-key/run-dry-run.ts'
import { planCommand } from './plan-command.ts'
import { openRebuild } from './shell/connections.ts'
import { beSoleRebuild } from './shell/sole-rebuild.ts'

/** `tributary rebuild`: builds a generation, or goes on with the one that is being built. */
export async function runRebuildCommand(
  terminal: Terminal,
  asked: RebuildArguments,
): Promise<ExitStatus> {
  refuseTogether(asked)
  if (asked.dryRun) {
    await using connections = await openRebuild(terminal, asked)
    const { live } = await connections.read()
    const { kafka, prefix } = connections
    const topic = topicName(prefix, 'pipeline.definitions')
    const definition = await definitionInForce(kafka.reader(), topic, live.generation)
    return await runNewKeyDryRun(terminal, connections, definition, asked.json)
  }
  return audited(terminal, { command: 'rebuild', ...asked }, async (trail) =>
    rebuild(terminal, asked, trail),
  )
}

function refuseTogether({ dryRun, newKey, undrained }: RebuildArguments): void {
  if (dryRun && !newKey)
    throw new TributaryError('TRB_USAGE', '--dry-run is for --new-key', {
      hint: 'What another file changes: tributary deploy --dry-run.',
    })
  if (newKey && undrained)
    throw new TributaryError('TRB_USAGE', '--new-key and --undrained exclude each other', {
      hint: 'What the old generation never applied can be read under its own key alone: mend it first, tributary rebuild.',
    })
}

async function rebuild(
  terminal: Terminal,
  asked: RebuildArguments,
  trail: AuditTrail,
): Promise<ExitStatus> {
  const text = asked.file === null ? null : await readInput(terminal, asked.file)
  await using connections = await openRebuild(terminal, asked)
  const { kafka, admin, prefix } = connections
  const present = await connections.read()
  await checkTopics(admin, ['pipeline.generations', 'profile.log', 'identity.links'], {
    prefix,
    generation: present.live.generation,
    profileLogPartitions: present.live.partitions,
  })
  const sole = await beSoleRebuild(kafka, admin, prefix)
  using interruption = listenForInterruption(process)
  const ends = [sole.lost, interruption.interrupted]
  try {
    const planned = await planCommand(terminal, connections, asked, text)
    if (planned === null) return 1
    const { generation, definition, key = null } = planned.next
    trail.add({ generation, definition, key })
    await trail.save()
    const outcome = await buildThroughOutages(terminal, connections, asked, planned, ends)
    terminal.stdout.write(asked.json ? toJsonLine(outcomeJson(outcome)) : printOutcome(outcome))
    return 0
  } finally {
    await sole.release()
  }
}
