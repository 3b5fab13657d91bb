import type { EpochMs } from '../../event/ids.ts'

const dayMs = 86_400_000

/** Events per day since the first one. The first day counts as a whole one: an event of a minute ago is no rate of 1,440 a day. */
export const ratePerDay = (
  { events, firstAt }: { readonly events: number; readonly firstAt: EpochMs },
  at: number,
): number => events / Math.max(1, (at - firstAt) / dayMs)

/** When a rate has fallen to `threshold`. */
export const rateMeets = (
  { events, firstAt }: { readonly events: number; readonly firstAt: EpochMs },
  threshold: number,
): number => firstAt + (events * dayMs) / threshold
