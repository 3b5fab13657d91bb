import type { Logger } from '../../telemetry/logger.ts'
import type { KafkaWatch, Retried } from '../watch.ts'

/** How one consumer fares: what fails now, and when the brokers were heard last. */
export interface Fares {
  /** Failed, and will be tried again. */
  badly(what: Retried, error: Error): void
  well(what: Retried): void
  isBad(what: Retried): boolean
  /** The brokers answered. */
  heard(): void
  end(): void
}

interface FaresDeps {
  readonly groupId: string
  readonly watch: KafkaWatch
  readonly log: Logger
  /** Silence of the brokers that is worth a word: after a session's time the group gives the member up. */
  readonly silenceMs: number
  /** Milliseconds of a clock that only goes forward. */
  readonly now?: () => number
}

const sayAgainMs = 15_000

export function createFares(deps: FaresDeps): Fares {
  const { groupId, watch, log, silenceMs, now = () => performance.now() } = deps
  const wrong = new Map<Retried, string>()
  const saidAt = new Map<Retried, number>()
  let heardAt = now()
  const forget = watch.consumer(groupId, () => {
    const [first] = wrong.values()
    if (first !== undefined) return first
    const silentMs = now() - heardAt
    if (silentMs <= silenceMs) return null
    return `the brokers were not heard for ${Math.round(silentMs / 1000)} s`
  })
  const well = (what: Retried): void => {
    wrong.delete(what)
    saidAt.delete(what)
  }
  return {
    badly(what, error) {
      wrong.set(what, error.message)
      watch.retried(groupId, what)
      if (now() - (saidAt.get(what) ?? Number.NEGATIVE_INFINITY) < sayAgainMs) return
      saidAt.set(what, now())
      log.warn({ what, err: error }, `${error.message}; trying again`)
    },
    well,
    isBad: (what) => wrong.has(what),
    heard() {
      heardAt = now()
      well('connect')
      well('heartbeat')
    },
    end: forget,
  }
}
