import type { LinkerPolicy } from '../policy.ts'

export const typeOf = (id: string): string => id.slice(0, id.indexOf(':'))

/** What a record said, as far as it counts: `ids` it holds together, `others` it only names. */
export interface Said {
  /** Of the link or command: what is known already says nothing. */
  readonly id: string
  ids: string[]
  others: string[]
  readonly kind: string
  readonly receivedAt: number
  /** Log time of it, or of the last one that said the same. */
  seenAt: number
}

/** An operator's split: nobody of the one side ever shares a profile with anybody of the other. */
interface Split {
  away: Set<string>
  rest: Set<string>
}

/** Who is together, and what holds them together: sets and lists, walked from end to end for every question. */
export class NaiveGroups {
  /** In force now. */
  policy: LinkerPolicy
  readonly group = new Map<string, Set<string>>()
  readonly firstSeen = new Map<string, number>()
  /** No evidence any more: shared devices, and values that linked too many profiles. */
  readonly excluded = new Set<string>()
  splits: Split[] = []
  said: Said[] = []

  constructor(policy: LinkerPolicy) {
    this.policy = policy
  }

  /** Whose birth id the profile of `id` bears: best type, then first in the log, then the smaller id. */
  representative(id: string): string {
    const better = (a: string, b: string): number =>
      this.policy.rank(typeOf(a)) - this.policy.rank(typeOf(b)) ||
      (this.firstSeen.get(a) ?? 0) - (this.firstSeen.get(b) ?? 0) ||
      (a < b ? -1 : 1)
    return [...this.of(id)].toSorted(better)[0] ?? id
  }

  of(id: string): Set<string> {
    const known = this.group.get(id) ?? new Set([id])
    this.group.set(id, known)
    return known
  }

  ofAll(ids: Iterable<string>): Set<string> {
    return new Set([...ids].flatMap((id) => [...this.of(id)]))
  }

  put(ids: Set<string>): void {
    for (const id of ids) this.group.set(id, ids)
  }

  /** Puts a group into what its evidence still holds together. */
  fallApart(former: readonly string[], apart: ReadonlySet<string> = new Set()): void {
    const may = (id: string): boolean =>
      former.includes(id) || (this.wasSplitOff(id) && !apart.has(id))
    for (const id of former)
      this.put(new Set([...this.walk(id, may)].filter((one) => former.includes(one))))
  }

  /** What an operator split off detaches itself alone: it still connects the others. */
  wasSplitOff(id: string): boolean {
    return this.splits.some(({ away }) => away.has(id))
  }

  areApart(here: ReadonlySet<string>, there: ReadonlySet<string>): boolean {
    return this.splits.some(
      ({ away, rest }) =>
        (!away.isDisjointFrom(here) && !rest.isDisjointFrom(there)) ||
        (!away.isDisjointFrom(there) && !rest.isDisjointFrom(here)),
    )
  }

  /** All that evidence connects with `id`, entering only what `may`. */
  walk(id: string, may: (id: string) => boolean): Set<string> {
    const reached = new Set([id])
    for (let size = 0; size !== reached.size; ) {
      size = reached.size
      for (const { ids } of this.said)
        if (ids.some((one) => reached.has(one)))
          for (const one of ids) if (may(one)) reached.add(one)
    }
    return reached
  }

  /** Keeps what was said. What was said already, in whole, holds nothing more together, and lives longer for it. */
  keep(said: Said): void {
    const { ids, others, kind } = said
    const same = (set: readonly string[]): Said | undefined =>
      this.said.find(
        (one) => one.kind === kind && one.others.length === 0 && one.ids.join() === set.join(),
      )
    const again = others.length === 0 && same(ids) !== undefined
    const confirmed = same(ids.length > 1 ? ids : [...ids, ...others])
    if (confirmed) confirmed.seenAt = Math.max(confirmed.seenAt, said.seenAt)
    this.said.push(
      again || ids.length < 2 ? { ...said, ids: [], others: [...ids, ...others] } : said,
    )
  }

  /** No evidence any more: what named it holds only the others together. */
  exclude(id: string): void {
    this.excluded.add(id)
    for (const one of this.said) {
      if (!one.ids.includes(id)) continue
      one.ids = one.ids.filter((other) => other !== id)
      one.others.push(id)
      if (one.ids.length < 2) {
        one.others.unshift(...one.ids)
        one.ids = []
      }
    }
    this.fallApart([...this.of(id)])
  }
}
