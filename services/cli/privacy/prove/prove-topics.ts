import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import type { Admin, PartitionReader } from '#runtime/kafka/ports.ts'
import { readWhole } from '#runtime/kafka/read-whole.ts'
import { decodeLinksRecord } from '#runtime/log/links-record.ts'
import { toIso } from '#runtime/time/iso.ts'
import type { BoundPart } from '../bound.ts'
import type { Erasure } from '../erasures.ts'
import type { Finding } from './finding.ts'

/** Broker time of the oldest record of a topic; null: it is empty. */
async function oldestOf(
  admin: Pick<Admin, 'offsets' | 'peek'>,
  topic: string,
): Promise<number | null> {
  const ranges = await admin.offsets(topic)
  const from = new Map(
    [...ranges]
      .filter(([, { high, low }]) => high > low)
      .map(([partition, { low }]) => [partition, low]),
  )
  const first = await admin.peek(topic, from)
  const times = [...first.values()].flatMap(([record]) =>
    record === undefined ? [] : [record.timestamp],
  )
  return times.length === 0 ? null : Math.min(...times)
}

/** A topic whose records go by their age: what named the person was written by `settledAt`. */
export async function proveByAge(
  admin: Pick<Admin, 'offsets' | 'peek'>,
  topic: string,
  part: BoundPart,
  {
    settledAt,
    now,
    company,
  }: { readonly settledAt: number; readonly now: number; readonly company: boolean },
): Promise<Finding> {
  const place = part.place
  const oldest = await oldestOf(admin, topic)
  if (oldest === null || oldest > settledAt)
    return { place, status: 'gone', until: null, detail: 'nothing is as old' }
  if (company)
    return {
      place,
      status: 'company',
      until: null,
      detail: 'records from before the erasure are there: yours to delete',
    }
  if (part.ms === null) return { place, status: 'found', until: null, detail: part.why }
  const endsAt = epochMs(settledAt + part.ms)
  if (now <= endsAt)
    return { place, status: 'within_bound', until: toIso(endsAt), detail: part.why }
  return {
    place,
    status: 'found',
    until: null,
    detail: 'there are records that should have expired',
  }
}

/** The decision log: only commands may name the person, and links that a tombstone has removed already. */
export async function proveLinks(
  reader: PartitionReader,
  topic: string,
  place: string,
  erasures: ReadonlyMap<FragmentId, Erasure>,
  until: string | null,
): Promise<readonly Finding[]> {
  const naming = new Map<string, 'link' | 'command'>()
  let removed = 0
  for await (const { key, value } of readWhole(reader, topic)) {
    const name = key === null ? '' : Buffer.from(key).toString('latin1')
    if (value === null) {
      if (naming.delete(name)) removed += 1
      continue
    }
    const record = decodeLinksRecord(value)
    if (record.kind === 'link') {
      const isErased = record.identifiers.some(({ id }) => {
        const erasure = erasures.get(id)
        return erasure !== undefined && record.receivedAt <= erasure.erasedAt
      })
      if (isErased) naming.set(name, 'link')
    } else if (record.kind === 'command' && record.fragments.some((id) => erasures.has(id)))
      naming.set(name, 'command')
  }
  const links = [...naming.values()].filter((kind) => kind === 'link').length
  const commands = naming.size - links
  return [
    links > 0
      ? { place, status: 'found', until: null, detail: `${links} links name the person` }
      : removed > 0
        ? {
            place,
            status: 'within_bound',
            until,
            detail: `${removed} records are removed and wait to be compacted`,
          }
        : { place, status: 'gone', until: null, detail: 'no link' },
    ...(commands === 0
      ? []
      : [
          {
            place,
            status: 'kept' as const,
            until: null,
            detail: `${commands} commands name pseudonyms: a rebuild needs them`,
          },
        ]),
  ]
}
