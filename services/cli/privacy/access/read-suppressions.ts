import type { PartitionReader } from '#runtime/kafka/ports.ts'
import { readWhole } from '#runtime/kafka/read-whole.ts'
import { decodeSuppression } from '#runtime/log/suppression.ts'
import { toIso } from '#runtime/time/iso.ts'
import type { HeldSuppression } from './access-view.ts'
import { heldIdentifier } from './named.ts'

/** The last erasure of each of some identifiers, from `identity.suppressions`. */
export async function readSuppressions(
  reader: PartitionReader,
  topic: string,
  fragments: ReadonlySet<string>,
): Promise<readonly HeldSuppression[]> {
  const found = new Map<string, number>()
  for await (const { value } of readWhole(reader, topic)) {
    if (value === null) continue
    const { fragment, erasedAt } = decodeSuppression(value)
    if (fragments.has(fragment))
      found.set(fragment, Math.max(erasedAt, found.get(fragment) ?? erasedAt))
  }
  return [...found].map(([fragment, at]) => ({
    identifier: heldIdentifier(fragment),
    erased_at: toIso(at),
  }))
}
