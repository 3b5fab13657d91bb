import type { EpochMs, FragmentId } from '#runtime/event/ids.ts'
import type { PartitionReader } from '#runtime/kafka/ports.ts'
import { readWhole } from '#runtime/kafka/read-whole.ts'
import { decodeExpiry } from '#runtime/log/expiry.ts'
import { decodeSuppression } from '#runtime/log/suppression.ts'
import { toIso } from '#runtime/time/iso.ts'
import type { HeldExpiry, HeldSuppression } from './access-view.ts'
import { heldIdentifier } from './named.ts'

interface End {
  readonly fragment: FragmentId
  readonly at: EpochMs
}

/** A reader of the last end of each of some identifiers, from a topic of ends. */
const lastEnds =
  <Held>(decode: (value: Uint8Array) => End, held: (end: End) => Held) =>
  async (
    reader: PartitionReader,
    topic: string,
    fragments: ReadonlySet<string>,
  ): Promise<readonly Held[]> => {
    const found = new Map<string, End>()
    for await (const { value } of readWhole(reader, topic)) {
      if (value === null) continue
      const end = decode(value)
      const known = found.get(end.fragment)
      if (fragments.has(end.fragment) && (known === undefined || end.at > known.at))
        found.set(end.fragment, end)
    }
    return [...found.values()].map(held)
  }

/** The last erasure of each of some identifiers, from `identity.suppressions`. */
export const readSuppressions = lastEnds(
  (value) => {
    const { fragment, erasedAt } = decodeSuppression(value)
    return { fragment, at: erasedAt }
  },
  ({ fragment, at }): HeldSuppression => ({
    identifier: heldIdentifier(fragment),
    erased_at: toIso(at),
  }),
)

/** Until when what each of some identifiers did counts no more, since it was silent for too long: from `identity.expiries`. */
export const readExpiries = lastEnds(
  (value) => {
    const { fragment, expiredAt } = decodeExpiry(value)
    return { fragment, at: expiredAt }
  },
  ({ fragment, at }): HeldExpiry => ({
    identifier: heldIdentifier(fragment),
    expired_at: toIso(at),
  }),
)
