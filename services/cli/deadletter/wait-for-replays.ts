import { groupName, topicName } from '#schemas/topics.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import type { Channel } from '#runtime/event/vocabulary.ts'
import type { Admin } from '#runtime/kafka/ports.ts'

export interface WaitDeps {
  readonly admin: Pick<Admin, 'committed' | 'offsets'>
  readonly prefix: string
  readonly timeoutMs: number
  /** Monotonic, milliseconds. */
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
}

const pauseMs = 200

/**
 * Until the channels have read what lies in their replay topics now, and ClickHouse has the dead letters that came of it.
 * @throws TributaryError TRB_DEPENDENCY_UNAVAILABLE naming the service that does not read.
 */
export async function waitForReplays(
  replayChannels: readonly Channel[],
  deps: WaitDeps,
): Promise<void> {
  const deadline = deps.now() + deps.timeoutMs
  for (const channel of replayChannels)
    await untilRead(
      topicName(deps.prefix, `channel.${channel}.replay`),
      { service: channel, group: groupName(deps.prefix, channel) },
      deadline,
      deps,
    )
  await untilRead(
    topicName(deps.prefix, 'deadletter'),
    { service: 'profiles', group: groupName(deps.prefix, 'dead-letters') },
    deadline,
    deps,
  )
}

async function untilRead(
  topic: string,
  reader: { readonly service: string; readonly group: string },
  deadline: number,
  { admin, now, sleep }: WaitDeps,
): Promise<void> {
  const written = [...(await admin.offsets(topic))].filter(([, { low, high }]) => high > low)
  for (;;) {
    const committed = await admin.committed(reader.group, topic)
    const behind = written.some(
      ([partition, { high }]) => (committed.get(partition)?.offset ?? 0) < high,
    )
    if (!behind) return
    if (now() > deadline)
      throw new TributaryError(
        'TRB_DEPENDENCY_UNAVAILABLE',
        `what was sent is in Kafka, and the service ${reader.service} has not read all of ${topic} yet`,
        {
          hint: `See whether ${reader.service} runs; then: tributary deadletter list --where status=failed_again.`,
        },
      )
    await sleep(pauseMs)
  }
}
