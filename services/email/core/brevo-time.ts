import { type Fields, own } from '#runtime/channel/core/fields.ts'
import { type Rejection, reject } from '#runtime/channel/core/outcome.ts'
import { type Clock, readClock } from '#runtime/channel/core/time.ts'

/**
 * `ts_epoch` is documented as UTC in milliseconds, and shown in seconds as well (and as `s_epoch`): no time since 1973 has as few
 * milliseconds as it has seconds until 5138.
 */
const unitOf = (value: unknown): 'seconds' | 'milliseconds' =>
  (typeof value === 'number' || typeof value === 'string') && Number(value) >= 1e11
    ? 'milliseconds'
    : 'seconds'

/** Central European, says the documentation, whatever the account's own zone. */
const brevoZone = 'Europe/Paris'

const isStated = (value: unknown): boolean => value !== undefined && value !== null && value !== ''

/**
 * When it happened: the best of up to five clocks. `ts` comes last: the documentation's own campaign events have it an hour ahead of
 * `ts_event`, their wall clock taken for UTC.
 */
export function readBrevoTime(item: Fields): Clock | Rejection {
  for (const name of ['ts_epoch', 's_epoch', 'ts_event']) {
    const value = own(item, name)
    if (isStated(value)) return readClock(value, { format: unitOf(value), zone: 'utc' }, name)
  }
  const date = own(item, 'date')
  if (isStated(date)) return readClock(date, { format: 'iso', zone: brevoZone }, 'date')
  const ts = own(item, 'ts')
  return isStated(ts)
    ? readClock(ts, { format: unitOf(ts), zone: 'utc' }, 'ts')
    : reject('missing_time', 'ts_epoch, ts_event, date and ts are missing')
}
