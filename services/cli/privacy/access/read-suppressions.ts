import type { PartitionReader } from '#runtime/kafka/ports.ts'
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
  const whole = { from: 'start', untilEnd: true } as const
  for await (const { records } of reader.read({ topic, partition: 0 }, whole))
    for (const { value } of records) {
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
