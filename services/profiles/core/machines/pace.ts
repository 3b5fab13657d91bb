import type { EpochMs } from '#runtime/event/ids.ts'

/**
 * How fast a fragment's latest events came, as far as the rules about machines ask: at most a handful of clicks, a delivery and three
 * windows: ten to forty bytes of most people, 120 of somebody caught in a burst. By order of arrival, since what a rule has to bring
 * together arrives together, however late.
 */
export interface Pace {
  /** The latest clicks, one of each link, at most as many as make a burst; newest arrival last. */
  clicks: readonly PacedClick[]
  delivery: PacedDelivery | null
  /** The latest windows, newest last. Counted in place. */
  readonly windows: PacedWindow[]
}

export type PacedClick = readonly [link: string, at: EpochMs]
export type PacedDelivery = readonly [message: number, at: EpochMs]
export type PacedWindow = [number: number, events: number]

/** The one being counted, the one before it, and one for what comes late. */
export const windowsMax = 3

export const newPace = (): Pace => ({ clicks: [], delivery: null, windows: [] })
