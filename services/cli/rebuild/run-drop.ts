import { TributaryError } from '#runtime/errors/index.ts'
import type { GenerationsRecord } from '#runtime/generation/index.ts'
import { toJsonLine } from '../shell/json.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'
import { openRebuild, type RebuildConnections } from './shell/connections.ts'
import { dropGeneration } from './shell/drop-generation.ts'
import { beSoleRebuild } from './shell/sole-rebuild.ts'

export interface DropArguments {
  readonly cluster: string | null
  readonly json: boolean
}

/** `tributary rebuild drop`: removes the generation that was replaced. */
export async function runDrop(terminal: Terminal, asked: DropArguments): Promise<ExitStatus> {
  await using connections = await openRebuild(terminal, { ...asked, replicated: false })
  const sole = await beSoleRebuild(connections.kafka, connections.admin, connections.prefix)
  try {
    const record = await connections.read()
    const { previous } = record
    if (previous !== null) await dropPrevious(connections, record)
    const dropped = previous?.generation ?? null
    terminal.stdout.write(
      asked.json
        ? toJsonLine({ dropped })
        : dropped === null
          ? 'there is nothing to drop\n'
          : `generation ${dropped} was dropped\n`,
    )
    return 0
  } finally {
    await sole.release()
  }
}

/** After the exchange, the database of the generation that serves holds the tables of the one before. */
export async function dropPrevious(
  connections: RebuildConnections,
  record: GenerationsRecord,
): Promise<void> {
  const { previous, live } = record
  if (previous === null) return
  await dropGeneration(connections, previous.generation, connections.shadowOf(live.generation))
  await connections.save({ ...record, previous: null })
}

/** `tributary rebuild abort`: gives up the generation that is being built, and removes it. */
export async function runAbort(terminal: Terminal, asked: DropArguments): Promise<ExitStatus> {
  await using connections = await openRebuild(terminal, { ...asked, replicated: false })
  const sole = await beSoleRebuild(connections.kafka, connections.admin, connections.prefix)
  try {
    const record = await connections.read()
    const { next } = record
    if (next !== null) await abort(connections, record, next)
    const aborted = next?.generation ?? null
    terminal.stdout.write(
      asked.json
        ? toJsonLine({ aborted })
        : aborted === null
          ? 'nothing is being built\n'
          : `generation ${aborted} was given up and removed; generation ${record.live.generation} serves as before\n`,
    )
    return 0
  } finally {
    await sole.release()
  }
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
