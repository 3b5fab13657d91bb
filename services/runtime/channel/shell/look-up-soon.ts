import { shareMs } from '../../kafka/turn.ts'
import type { RecordDecoder } from './decoder.ts'

/**
 * Waits for a schema no longer than one batch may hold up the others: the registry is not cut short, and what it says later is known when the
 * partition is read again.
 */
export async function lookUpSoon(
  decoder: Pick<RecordDecoder, 'lookUp'>,
  schemaId: number,
): ReturnType<RecordDecoder['lookUp']> {
  const late = Promise.withResolvers<{ readonly unavailable: string }>()
  const timer = setTimeout(
    () => late.resolve({ unavailable: `it has not answered within ${shareMs / 1000} s` }),
    shareMs,
  )
  try {
    return await Promise.race([decoder.lookUp(schemaId), late.promise])
  } finally {
    clearTimeout(timer)
  }
}
