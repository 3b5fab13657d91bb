import { randomUUID } from 'node:crypto'
import { TributaryError } from '#runtime/errors/index.ts'
import type { GenerationsRecord } from '#runtime/generation/index.ts'
import type { KafkaClient } from '#runtime/kafka/ports.ts'
import type { CommandRecord } from '#runtime/log/links.ts'
import { encodeLinksRecord } from '#runtime/log/links-record.ts'
import { topicName } from '#schemas/topics.ts'

/** Phases of a rebuild in which nobody would hear a command: the log that serves is being left. */
const switching: ReadonlySet<string> = new Set(['pausing', 'draining', 'exchanging', 'opening'])

/** @throws TributaryError `TRB_REBUILD_UNDER_WAY` */
export function refuseWhileSwitching({ next }: GenerationsRecord): void {
  if (next === null || !switching.has(next.phase)) return
  throw new TributaryError(
    'TRB_REBUILD_UNDER_WAY',
    `generation ${next.generation} takes over (${next.phase}): the linker would not hear the command`,
    { hint: 'Wait some seconds until it serves: tributary rebuild status.' },
  )
}

/**
 * Puts commands into the decision log, in their order. Each send has a key of its own, so that compaction lets nothing supersede
 * anything; the linker knows a command by its id.
 */
export async function sendCommands(
  kafka: Pick<KafkaClient, 'producer'>,
  { prefix, generation }: { readonly prefix: string; readonly generation: number },
  commands: readonly CommandRecord[],
): Promise<void> {
  const nonce = randomUUID()
  const producer = await kafka.producer()
  try {
    await producer.send([
      {
        topic: topicName(prefix, 'identity.links', generation),
        records: commands.map((command) => ({
          key: Buffer.from(`command/${command.commandId}/${nonce}`),
          value: encodeLinksRecord(command),
          partition: 0,
        })),
      },
    ])
  } finally {
    await producer.close()
  }
}
