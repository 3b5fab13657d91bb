import type { PartitionReader } from '#runtime/kafka/ports.ts'
import { readWhole } from '#runtime/kafka/read-whole.ts'
import { decodeExpiry } from '#runtime/log/expiry.ts'
import { decodeSuppression } from '#runtime/log/suppression.ts'
import { toIso } from '#runtime/time/iso.ts'
import type { HeldExpiry, HeldSuppression } from './access-view.ts'
import { heldIdentifier } from './named.ts'

/** The last erasure of each of some identifiers, from `identity.suppressions`. */
export const readSuppressions = async (
  reader: PartitionReader,
  topic: string,
  fragments: ReadonlySet<string>,
): Promise<readonly HeldSuppression[]> =>
  (
    await lastEnds(reader, topic, fragments, (value) => {
      const { fragment, erasedAt } = decodeSuppression(value)
      return { fragment, at: erasedAt }
    })
  ).map(([fragment, at]) => ({ identifier: heldIdentifier(fragment), erased_at: toIso(at) }))

/** Until when what each of some identifiers did counts no more, since it was silent for too long: from `identity.expiries`. */
export const readExpiries = async (
  reader: PartitionReader,
  topic: string,
  fragments: ReadonlySet<string>,
): Promise<readonly HeldExpiry[]> =>
  (
    await lastEnds(reader, topic, fragments, (value) => {
      const { fragment, expiredAt } = decodeExpiry(value)
      return { fragment, at: expiredAt }
    })
  ).map(([fragment, at]) => ({ identifier: heldIdentifier(fragment), expired_at: toIso(at) }))

async function lastEnds(
  reader: PartitionReader,
  topic: string,
  fragments: ReadonlySet<string>,
  decode: (value: Uint8Array) => { readonly fragment: string; readonly at: number },
): Promise<readonly (readonly [fragment: string, at: number])[]> {
  const found = new Map<string, number>()
  for await (const { value } of readWhole(reader, topic)) {
    if (value === null) continue
    const { fragment, at } = decode(value)
    if (fragments.has(fragment)) found.set(fragment, Math.max(at, found.get(fragment) ?? at))
  }
  return [...found]
}
