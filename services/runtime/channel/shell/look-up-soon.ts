import type { Clock } from '../../lifecycle/clock.ts'
import { shareMs } from '../../kafka/turn.ts'
import type { RecordDecoder } from './decoder.ts'

/**
 * Waits for a schema no longer than one batch may hold up the others: the registry is not cut short, and what it says later is known when the
 * partition is read again.
 */
export async function lookUpSoon(
  decoder: Pick<RecordDecoder, 'lookUp'>,
  schemaId: number,
  clock: Pick<Clock, 'sleep'>,
): ReturnType<RecordDecoder['lookUp']> {
  const late = { unavailable: `it has not answered within ${shareMs / 1000} s` }
  const enough = new AbortController()
  try {
    return await Promise.race([
      decoder.lookUp(schemaId),
      clock.sleep(shareMs, enough.signal).then(() => late),
    ])
  } finally {
    enough.abort()
  }
}
