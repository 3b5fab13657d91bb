import { setTimeout as sleep } from 'node:timers/promises'
import { TributaryError } from '#runtime/errors/index.ts'
import type { FragmentId } from '#runtime/event/ids.ts'
import { groupName, topicName } from '#schemas/topics.ts'
import type { Erasure } from '../erasures.ts'
import type { OpenPrivacy } from '../open-privacy.ts'
import { linksLeft } from '../sweep/sweep-database.ts'
import { type SettleDeps, untilErased } from './settle.ts'

/** Rounds at most: each closes a window of some tenths of a second, and a person does not come that often. */
const roundsMax = 3

/**
 * Waits for the services, and gives who was erased. An event that came between the command and the home's word was dropped by its home, and its
 * link may have reached the linker: then the command is given once more.
 */
export async function untilGone(
  privacy: OpenPrivacy,
  commandId: string,
  { signal, timeoutMs }: { readonly signal: AbortSignal; readonly timeoutMs: number },
  sendAgain: (names: readonly FragmentId[]) => Promise<string>,
): Promise<{ readonly offset: number; readonly erasures: readonly Erasure[] }> {
  const { databases, identity } = privacy
  const { admin, prefix, serving } = identity
  const { generation } = serving
  const deps: SettleDeps = {
    clickhouse: databases.base,
    admin,
    profiles: {
      topic: topicName(prefix, 'profile.log', generation),
      group: groupName(prefix, 'profiles', generation),
    },
    identity: {
      topic: topicName(prefix, 'identity.links', generation),
      group: groupName(prefix, 'identity', generation),
    },
    timeoutMs,
    now: () => performance.now(),
    sleep: async (ms) => sleep(ms, undefined, { signal }),
  }
  const offset = await untilErased(commandId, deps)
  const offsets = new Set([offset])
  for (let round = 1; ; round += 1) {
    const erasures = erasedBy(await privacy.erasures(), offsets)
    if (erasures.length === 0)
      throw new TributaryError('TRB_NOT_FOUND', `the command ${commandId} erased nobody`, {
        hint: 'Those whom it named were erased again since: their later erasure counts.',
      })
    if (round === roundsMax || (await linksLeft(databases.base, erasures)) === 0)
      return { offset, erasures }
    const again = await sendAgain(erasures.map(({ fragment }) => fragment))
    offsets.add(await untilErased(again, deps))
  }
}

const erasedBy = (
  all: ReadonlyMap<FragmentId, Erasure>,
  offsets: ReadonlySet<number>,
): readonly Erasure[] => {
  const ids = new Set([...offsets].map((offset) => `links/${offset}`))
  return [...all.values()].filter(({ commandId }) => ids.has(commandId))
}
