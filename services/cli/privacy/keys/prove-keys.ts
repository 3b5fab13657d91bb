import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import type { KafkaClient } from '#runtime/kafka/ports.ts'
import { toIso } from '#runtime/time/iso.ts'
import type { BoundPart } from '../bound.ts'
import type { Erasure } from '../erasures.ts'
import type { Finding } from '../prove/finding.ts'
import { keysOfErased } from './destroy-keys.ts'

/** Data keys of the erased: none may be left, and compaction takes the records that destroyed them. */
export async function proveKeys(
  kafka: Pick<KafkaClient, 'reader'>,
  prefix: string,
  erasures: ReadonlyMap<FragmentId, Erasure>,
  part: BoundPart,
  settledAt: number,
): Promise<Finding> {
  const { place } = part
  const { found, destroyed } = await keysOfErased(kafka, prefix, erasures)
  if (found.length > 0)
    return {
      place,
      status: 'found',
      until: null,
      detail: `${found.length} data keys are there still: tributary privacy sweep destroys them`,
    }
  if (destroyed === 0)
    return { place, status: 'gone', until: null, detail: 'no key of the person is there' }
  return {
    place,
    status: 'within_bound',
    until: part.ms === null ? null : toIso(epochMs(settledAt + part.ms)),
    detail: `${destroyed} data keys are destroyed: nothing opens what they sealed; ${part.why}`,
  }
}
