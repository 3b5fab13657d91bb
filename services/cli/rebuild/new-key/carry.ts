import type { EpochMs, FragmentId } from '#runtime/event/ids.ts'
import type { RawOffsets } from '#runtime/generation/record.ts'
import type { ExpiryRecord } from '#runtime/log/expiry.ts'
import type { SuppressionRecord } from '#runtime/log/suppression.ts'
import type { OldGeneration } from '../generations.ts'
import { countBetween, later } from './core/raw-slices.ts'
import { createWordFinder, type Names, type Word } from './core/words.ts'
import type { RawTopics } from './ports.ts'

/** What was said under the old names and has to hold under the new ones. */
export interface Carried {
  readonly names: Names
  /** In the order of the old log. */
  readonly words: readonly Word[]
  /** By old pseudonym. */
  readonly erased: ReadonlyMap<FragmentId, SuppressionRecord>
  readonly expired: ReadonlyMap<FragmentId, ExpiryRecord>
}

/**
 * Finds the new names of all that operators, erasures and expiries have named, in the raw records below `until`. Only these are looked for,
 * and only in memory: the map would join the two keys for whoever had it.
 */
export interface Carrying {
  /** @param linksUntil Words of the old log below this offset count. */
  upTo(until: RawOffsets, linksUntil: number): Promise<Carried>
  /** What was found so far. */
  last(): Pick<Carried, 'names' | 'words'>
}

export function createCarrying(
  old: Pick<OldGeneration, 'links' | 'suppressions' | 'expiries'>,
  raw: Pick<RawTopics, 'look' | 'read'>,
  progress: (records: number, of: number) => void = () => undefined,
): Carrying {
  const names = new Map<FragmentId, FragmentId>()
  /** Looked for in everything below `searched`, and perhaps not there. */
  const known = new Set<FragmentId>()
  const words: Word[] = []
  const wordOf = createWordFinder()
  let linksRead = 0
  let searched: RawOffsets = {}

  const search = async (
    from: RawOffsets,
    until: RawOffsets,
    wanted: ReadonlySet<FragmentId>,
  ): Promise<void> => {
    // What has expired since must not be asked for.
    const begin = later(from, (await raw.look()).low)
    const of = countBetween(begin, until)
    if (of === 0) return
    const records = raw.read({
      from: begin,
      until,
      feeds: false,
      erasedAt: () => undefined,
      met(was, is) {
        if (wanted.has(was)) names.set(was, is)
      },
    })
    // What is in them is of no interest: their names were told.
    const each = records[Symbol.asyncIterator]()
    for (let read = 1; (await each.next()).done !== true; read += 1) progress(read, of)
  }

  return {
    last: () => ({ names, words }),
    async upTo(until, linksUntil) {
      for await (const link of old.links(linksRead, linksUntil)) {
        const word = wordOf(link)
        if (word !== null) words.push(word)
      }
      linksRead = Math.max(linksRead, linksUntil)
      const erased = await newestBy(old.suppressions(), ({ erasedAt }) => erasedAt)
      const expired = await newestBy(old.expiries(), ({ expiredAt }) => expiredAt)
      const wanted = new Set([
        ...words.flatMap(({ said }) => said.fragments),
        ...erased.keys(),
        ...expired.keys(),
      ])
      for (const id of names.keys()) wanted.delete(id)
      const unsought = new Set([...wanted].filter((id) => !known.has(id)))
      if (unsought.size > 0) await search({}, searched, unsought)
      if (wanted.size > 0) await search(searched, until, wanted)
      for (const id of wanted) known.add(id)
      searched = later(searched, until)
      return { names, words, erased, expired }
    },
  }
}

async function newestBy<T extends { readonly fragment: FragmentId }>(
  records: AsyncIterable<T>,
  timeOf: (record: T) => EpochMs,
): Promise<ReadonlyMap<FragmentId, T>> {
  const newest = new Map<FragmentId, T>()
  for await (const record of records) {
    const known = newest.get(record.fragment)
    if (known === undefined || timeOf(record) > timeOf(known)) newest.set(record.fragment, record)
  }
  return newest
}

/** Records of old pseudonyms under the new ones, where those are known. */
export const underNewNames = <T extends { readonly fragment: FragmentId }>(
  records: ReadonlyMap<FragmentId, T>,
  names: Names,
): readonly T[] =>
  [...records].flatMap(([was, record]) => {
    const is = names.get(was)
    return is === undefined ? [] : [{ ...record, fragment: is }]
  })
