import { TributaryError } from '#runtime/errors/index.ts'
import type { GenerationsRecord } from '#runtime/generation/index.ts'
import { type AuditTrail, audited } from '../shell/audit.ts'
import { toJsonLine } from '../shell/json.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'
import { openRebuild, type RebuildConnections } from './shell/connections.ts'
import { dropGeneration } from './shell/drop-generation.ts'
import { beSoleRebuild } from './shell/sole-rebuild.ts'

export interface DropArguments {
  readonly cluster: string | null
  readonly reason: string
  /** null: the account of this process. */
  readonly by: string | null
  readonly json: boolean
}

/** `tributary rebuild drop`: removes the generation that was replaced. */
export const runDrop = async (terminal: Terminal, asked: DropArguments): Promise<ExitStatus> =>
  alone(terminal, 'rebuild drop', asked, async (connections, record, trail) => {
    const { previous } = record
    trail.add({ generation: previous?.generation ?? null })
    await trail.save()
    if (previous !== null) await drop(connections, record, previous)
    const dropped = previous?.generation ?? null
    return asked.json
      ? toJsonLine({ dropped })
      : dropped === null
        ? 'there is nothing to drop\n'
        : `generation ${dropped} was dropped\n`
  })

/** `tributary rebuild abort`: gives up the generation that is being built, and removes it. */
export const runAbort = async (terminal: Terminal, asked: DropArguments): Promise<ExitStatus> =>
  alone(terminal, 'rebuild abort', asked, async (connections, record, trail) => {
    const { live, next } = record
    trail.add({ generation: next?.generation ?? null })
    await trail.save()
    if (next !== null) await abort(connections, record, next)
    const aborted = next?.generation ?? null
    return asked.json
      ? toJsonLine({ aborted })
      : aborted === null
        ? 'nothing is being built\n'
        : `generation ${aborted} was given up and removed; generation ${live.generation} serves as before\n`
  })

/** Does something while no other command is at work on generations, and prints what came of it. */
const alone = async (
  terminal: Terminal,
  command: string,
  asked: DropArguments,
  work: (
    connections: RebuildConnections,
    record: GenerationsRecord,
    trail: AuditTrail,
  ) => Promise<string>,
): Promise<ExitStatus> =>
  audited(terminal, { command, ...asked }, async (trail) => {
    const { cluster } = asked
    await using connections = await openRebuild(terminal, { cluster, replicated: false })
    const sole = await beSoleRebuild(connections.kafka, connections.admin, connections.prefix)
    try {
      terminal.stdout.write(await work(connections, await connections.read(), trail))
      return 0
    } finally {
      await sole.release()
    }
  })

/** After the exchange, the database of the generation that serves holds the tables of the one before. */
async function drop(
  connections: RebuildConnections,
  record: GenerationsRecord,
  { generation }: NonNullable<GenerationsRecord['previous']>,
): Promise<void> {
  await dropGeneration(connections, generation, connections.shadowOf(record.live.generation))
  await connections.save({ ...record, previous: null })
}

async function abort(
  connections: RebuildConnections,
  record: GenerationsRecord,
  { generation, phase }: NonNullable<GenerationsRecord['next']>,
): Promise<void> {
  if (phase === 'exchanging' || phase === 'opening')
    throw new TributaryError(
      'TRB_REBUILD_UNDER_WAY',
      `generation ${generation} is ${phase}: its tables change places, and there is no way back`,
      { hint: 'tributary rebuild finishes it.' },
    )
  await connections.save({ ...record, next: null })
  await dropGeneration(connections, generation, connections.shadowOf(generation))
}
