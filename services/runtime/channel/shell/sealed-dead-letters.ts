import type { EpochMs } from '../../event/ids.ts'
import type { Sealer } from '../../keys/index.ts'
import { encodeDeadLetter } from '../../log/encode-dead-letter.ts'
import type { DeadLetterEncoder } from './dead-letters.ts'

/**
 * Dead letters as `deadletter` carries them: Avro; the bytes, and the values of headers, which may name a person as well, sealed with the
 * key of the day on which the record failed first: to send it again prolongs nothing. Keyed by record, so that its letters stay in order.
 */
export function createDeadLetterEncoder(deps: {
  readonly sealer: Sealer
  readonly schemaId: number
  readonly now: () => EpochMs
}): DeadLetterEncoder {
  return {
    encode(letter) {
      const failedAt = deps.now()
      const sealedAt = letter.history[0]?.failedAt ?? failedAt
      return encodeDeadLetter(
        {
          ...letter,
          receivedAt: letter.receivedAt ?? failedAt,
          failedAt,
          payload: letter.payload.length === 0 ? '' : deps.sealer.seal(letter.payload, sealedAt),
          headers: Object.fromEntries(
            Object.entries(letter.headers).map(([name, value]) => [
              name,
              deps.sealer.seal(value, sealedAt),
            ]),
          ),
        },
        deps.schemaId,
      )
    },
  }
}
