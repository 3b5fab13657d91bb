import { TributaryError } from '#runtime/errors/index.ts'
import { epochMs } from '#runtime/event/ids.ts'
import type { GenerationsRecord, NextGeneration } from '#runtime/generation/index.ts'
import { topicName } from '#schemas/topics.ts'
import { renderFindings } from '../lint/render-findings.ts'
import { toJsonLine } from '../shell/json.ts'
import { ownAccount } from '../shell/own-account.ts'
import type { Terminal } from '../shell/terminal.ts'
import type { RebuildArguments } from './arguments.ts'
import { storedDefinition } from './definitions.ts'
import { rebuildKeys } from './new-key/rebuild-keys.ts'
import { isAskedFor, planRebuild } from './plan-rebuild.ts'
import type { RebuildConnections } from './shell/connections.ts'

export interface Planned {
  readonly record: GenerationsRecord
  readonly next: NextGeneration
  readonly notices: readonly string[]
}

/** What is to be built: the one that is under way, or a new one. null: the file has errors, and they were said. */
export async function planCommand(
  terminal: Terminal,
  connections: RebuildConnections,
  asked: RebuildArguments,
  text: string | null,
): Promise<Planned | null> {
  const { kafka, producer, prefix } = connections
  const record = await connections.read()
  if (record.next !== null) {
    const stored = await storedDefinition(connections, record.next.definition)
    if (!isAskedFor(record.next, stored, { ...asked, text }))
      throw new TributaryError(
        'TRB_REBUILD_UNDER_WAY',
        `generation ${record.next.generation} is being built already, with ${record.next.partitions} partitions under definition ${record.next.definition}, which is not what is asked for here`,
        {
          hint: 'Go on with it: tributary rebuild, without arguments. Or give it up: tributary rebuild abort.',
        },
      )
    return { record, next: record.next, notices: [] }
  }
  if (record.previous !== null)
    throw new TributaryError(
      'TRB_REBUILD_UNDER_WAY',
      `generation ${record.previous.generation} was replaced and is still there`,
      { hint: 'tributary rebuild drop' },
    )
  const keys = asked.newKey
    ? await rebuildKeys(terminal, connections, record.live.generation, null)
    : null
  const planned = await planRebuild(
    { reader: kafka.reader(), producer, definitions: topicName(prefix, 'pipeline.definitions') },
    record,
    {
      text,
      partitions: asked.partitions,
      key: keys?.next.id ?? null,
      notify: asked.notify,
      at: epochMs(terminal.now().getTime()),
      by: asked.by ?? ownAccount(),
    },
  )
  if (!('record' in planned)) {
    const { findings } = planned
    terminal.stdout.write(
      asked.json
        ? toJsonLine({ findings })
        : renderFindings(asked.file ?? '', text ?? '', findings),
    )
    return null
  }
  await connections.save(planned.record)
  const { next } = planned.record
  return { record: planned.record, next, notices: planned.notices }
}
