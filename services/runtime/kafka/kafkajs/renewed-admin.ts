import type { Admin as KafkajsAdmin } from 'kafkajs'
import { type BackoffOptions, createBackoff } from '../backoff.ts'
import { isLeaderMoving, isTopicGone } from './errors.ts'

const pause = { firstMs: 20, maxMs: 1000 }
/** Seven seconds of pauses: brokers take moments to hear from the controller who leads. */
const movesMax = 12

export interface RenewedAdmin {
  ask<T>(work: (admin: KafkajsAdmin) => Promise<T>): Promise<T>
  close(): Promise<void>
}

interface Held {
  readonly admin: KafkajsAdmin
  asks: number
  isReplaced: boolean
}

const heldOf = (admin: KafkajsAdmin): Held => ({ admin, asks: 0, isReplaced: false })

/**
 * Whatever kafkajs is asked about offsets, it asks about every topic that it ever met, and one that was deleted since fails it for all of
 * them and for ever. So who does not know a topic is asked once more as somebody who has met none. And kafkajs asks the leader that it
 * knows, once: who is no leader is asked again after a pause, over metadata of that moment.
 */
export function createRenewedAdmin(
  first: KafkajsAdmin,
  connect: () => Promise<KafkajsAdmin>,
  options: Pick<BackoffOptions, 'sleep'> = {},
): RenewedAdmin {
  const closing = new AbortController()
  let held = heldOf(first)

  const letGo = (one: Held): void => {
    if (one.isReplaced && one.asks === 0 && one.admin !== first)
      one.admin.disconnect().catch(() => undefined)
  }
  const workWith = async <T>(one: Held, work: (admin: KafkajsAdmin) => Promise<T>): Promise<T> => {
    one.asks += 1
    try {
      return await work(one.admin)
    } finally {
      one.asks -= 1
      letGo(one)
    }
  }
  const replace = async (old: Held): Promise<Held> => {
    if (held !== old) return held
    const fresh = heldOf(await connect())
    // Two may have found it out at once: one successor is enough.
    const given = held === old ? old : fresh
    if (given === old) held = fresh
    given.isReplaced = true
    letGo(given)
    return held
  }

  return {
    async ask(work) {
      const backoff = createBackoff({ ...pause, ...options, signal: closing.signal })
      let one = held
      let moves = 0
      let isNew = false
      for (;;) {
        try {
          return await workWith(one, work)
        } catch (error) {
          if (isLeaderMoving(error) && moves < movesMax) {
            moves += 1
            await backoff.wait()
            if (closing.signal.aborted) throw error
          } else if (!isTopicGone(error) || isNew) throw error
          one = await replace(one)
          isNew = true
        }
      }
    },
    async close() {
      closing.abort()
      await Promise.all([...new Set([first, held.admin])].map(async (admin) => admin.disconnect()))
    },
  }
}
