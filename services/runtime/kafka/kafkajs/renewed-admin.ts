import type { Admin as KafkajsAdmin } from 'kafkajs'
import { isTopicGone } from './errors.ts'

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
 * them and for ever. So who does not know a topic is asked once more as somebody who has met none.
 */
export function createRenewedAdmin(
  first: KafkajsAdmin,
  connect: () => Promise<KafkajsAdmin>,
): RenewedAdmin {
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
      const one = held
      try {
        return await workWith(one, work)
      } catch (error) {
        if (!isTopicGone(error)) throw error
        return workWith(await replace(one), work)
      }
    },
    async close() {
      await Promise.all([...new Set([first, held.admin])].map(async (admin) => admin.disconnect()))
    },
  }
}
