import { TributaryError } from '../../errors/index.ts'
import { type EpochMs, type FragmentId, type Offset, offset } from '../../event/ids.ts'
import type { PartitionReader, RecordBatch } from '../../kafka/ports.ts'
import { decodeSuppression } from '../../log/suppression.ts'
import type { Suppressed } from '../core/route.ts'

export interface Suppressions {
  readonly suppressed: Suppressed
  readonly ended: Promise<Error | undefined>
  stop(): Promise<void>
}

/**
 * Reads the list of erased identifiers to its end, then follows it: a channel starts with what it may not let through.
 * None may be forgotten, since an old record may come at any time: beyond `entriesMax` the channel goes no further.
 * @throws TributaryError TRB_CONFIG_INVALID
 */
export async function openSuppressions(
  reader: PartitionReader,
  topic: string,
  entriesMax: number,
): Promise<Suppressions> {
  const erased = new Map<FragmentId, EpochMs>()
  const at = { topic, partition: 0 }
  let next: Offset | 'start' = 'start'
  const apply = ({ records }: RecordBatch): void => {
    for (const record of records) {
      next = offset(record.offset + 1)
      if (record.value === null) continue
      const { fragment, erasedAt } = decodeSuppression(record.value)
      const known = erased.get(fragment)
      if (known === undefined && erased.size >= entriesMax) throw tooMany(entriesMax)
      if (known === undefined || erasedAt > known) erased.set(fragment, erasedAt)
    }
  }
  for await (const batch of reader.read(at, { from: 'start', untilEnd: true })) apply(batch)
  const stopping = new AbortController()
  const follow = async (): Promise<undefined> => {
    const { signal } = stopping
    for await (const batch of reader.read(at, { from: next, untilEnd: false, signal })) apply(batch)
    return undefined
  }
  const ended = follow().catch((error: unknown) =>
    error instanceof Error ? error : new Error(String(error)),
  )
  return {
    suppressed: (fragment) => erased.get(fragment),
    ended,
    async stop() {
      stopping.abort()
      await ended
    },
  }
}

const tooMany = (entriesMax: number): TributaryError =>
  new TributaryError(
    'TRB_CONFIG_INVALID',
    `more than ${entriesMax} identifiers were erased, TRIBUTARY_SUPPRESSIONS_MAX is ${entriesMax}`,
    { hint: 'Raise it; each takes some 120 bytes of memory.' },
  )
