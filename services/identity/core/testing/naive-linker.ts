import type { CommandRecord, ExpireRecord, LinkRecord, LinksRecord } from '#runtime/log/links.ts'
import { type Said, typeOf } from './naive-groups.ts'
import { NaiveRules } from './naive-rules.ts'

const commands: readonly string[] = ['merge', 'split', 'unsplit', 'reconsider', 'erase']
const isParting = ({ kind }: Said): boolean => commands.includes(kind) && kind !== 'merge'
const allOf = ({ ids, others }: Said): readonly string[] => [...ids, ...others]

/**
 * The rules once more, as plainly as they can be said: a union-find with rules that answers every question by walking all that was ever
 * said. It shares the policy with the linker and nothing else.
 */
export class NaiveLinker extends NaiveRules {
  readonly erasedAt = new Map<string, number>()
  now = 0

  fold(record: LinksRecord): void {
    if (record.kind === 'link') this.link(record)
    if (record.kind === 'command') this.command(record)
    if (record.kind === 'expire') this.expire(record)
  }

  link({ linkId, identifiers, eventType, receivedAt, logTime }: LinkRecord): void {
    this.begin(logTime)
    if (this.isKnown(linkId)) return
    if (identifiers.some(({ id }) => receivedAt <= (this.erasedAt.get(id) ?? -1))) return
    if (this.isOver(logTime)) return
    const clean = identifiers.filter(({ blocked }) => blocked === null).map(({ id }): string => id)
    const kind = ['aliased', 'contact_merged'].includes(eventType) ? eventType : 'event'
    this.settle({ id: linkId, ids: [], others: [], kind, receivedAt, seenAt: logTime }, clean)
  }

  /** Each record moves the clock, and lets old links end. */
  begin(at: number): void {
    this.now += 1
    this.clock = Math.max(this.clock, at)
    const aged = this.said.filter((one) => !commands.includes(one.kind) && this.isOver(one.seenAt))
    this.said = this.said.filter((one) => !aged.includes(one))
    this.forgetCompany(aged.flatMap(allOf))
    const weakened = new Set(aged.flatMap(({ ids }) => ids.slice(0, 1)).map((id) => this.of(id)))
    for (const members of weakened) this.fallApart([...members])
  }

  isOver(seenAt: number): boolean {
    const { linkLifetimeMs } = this.policy
    return linkLifetimeMs !== null && seenAt <= this.clock - linkLifetimeMs
  }

  isKnown(id: string): boolean {
    return this.said.some((one) => one.id === id)
  }

  bestFirst(ids: readonly string[]): readonly string[] {
    return [...new Set(ids)].toSorted(
      (a, b) => this.policy.rank(typeOf(a)) - this.policy.rank(typeOf(b)) || (a < b ? -1 : 1),
    )
  }

  /** Lets evidence speak, and keeps it with what it holds together. */
  settle(said: Said, names: readonly string[]): void {
    const usable = this.bestFirst(names)
    this.meet(usable)
    for (const id of usable) this.seenAt.set(id, Math.max(said.seenAt, this.seenAt.get(id) ?? 0))
    for (const id of this.inExcess(this.clear(usable), said.seenAt)) this.exclude(id)
    const asserted = this.asserted(said.kind, this.clear(usable))
    const { accepted, refused } = this.join(usable, asserted, said.seenAt)
    const silent = usable.filter((id) => this.excluded.has(id))
    this.keep({ ...said, ids: accepted, others: [...refused, ...silent, ...said.others] })
  }

  override exclude(id: string): void {
    this.met.delete(id)
    super.exclude(id)
  }

  meet(ids: readonly string[]): void {
    for (const id of ids) if (!this.firstSeen.has(id)) this.firstSeen.set(id, this.now)
  }

  command({ commandId, action, fragments, at }: CommandRecord): void {
    this.begin(at)
    const id = `command:${commandId}`
    if (this.isKnown(id)) return
    if (action !== 'erase' && fragments.some((one) => at <= (this.erasedAt.get(one) ?? -1))) return
    const named: readonly string[] = [...new Set(fragments)]
    this.meet(named)
    for (const one of named) if (!this.seenAt.has(one)) this.seenAt.set(one, at)
    const ids = this.obey(action, named, at)
    const others = action === 'erase' ? [] : named.filter((one) => !ids.includes(one))
    this.keep({ id, ids, others, kind: action, receivedAt: at, seenAt: at })
  }

  /** Returns what the command joins. */
  obey(action: CommandRecord['action'], named: readonly string[], at: number): string[] {
    switch (action) {
      case 'merge':
        return this.merge(named)
      case 'split':
        this.split(named)
        return []
      case 'unsplit':
        this.unsplit(named)
        return []
      case 'reconsider':
        this.reconsider(named)
        return []
      case 'erase':
        this.erase(named, at)
        return []
      default:
        return action satisfies never
    }
  }

  /** Over splits and, where operators have the authority, over unique types and limits. */
  merge(named: readonly string[]): string[] {
    const authority = this.policy.isAuthoritative('operator')
    const accepted: string[] = []
    for (const id of named) {
      const here = this.ofAll(accepted)
      const isFree = here.size === 0 || here.has(id)
      const seen = new Set(named)
      if (isFree || !this.breachOfPolicy(here, this.of(id), seen, this.clock, authority))
        accepted.push(id)
    }
    const members = this.ofAll(accepted)
    for (const one of this.splits)
      if (!one.away.isDisjointFrom(members) && !one.rest.isDisjointFrom(members))
        one.rest = one.rest.difference(members)
    for (const id of accepted) this.excluded.delete(id)
    this.put(members)
    return accepted
  }

  split(named: readonly string[]): void {
    for (const members of new Set(named.map((id) => this.of(id)))) {
      const rest = new Set([...members].filter((id) => !named.includes(id)))
      const away = [...members].filter((id) => named.includes(id))
      if (rest.size === 0) continue
      this.splits.push({ away: new Set(away), rest: new Set(rest) })
      this.put(rest)
      this.fallApart(away, rest)
    }
  }

  /** Who stood on the two sides is one again, unless the profile has got another unique value since. */
  unsplit(named: readonly string[]): void {
    const reunited = new Set<string>()
    for (const { away, rest } of this.splits.filter((one) => named.some((id) => one.away.has(id))))
      for (const side of [away, rest])
        for (const id of side)
          if ([...this.of(id)].every((one) => side.has(one) || !this.policy.isUnique(typeOf(one))))
            reunited.add(id)
    for (const one of this.splits) one.away = one.away.difference(new Set(named))
    for (const id of named)
      for (const { ids, kind } of this.said.filter((one) => one.ids.includes(id))) {
        const again = reunited.has(id) ? ids.filter((other) => reunited.has(other)) : []
        this.join(ids, [...new Set([...this.asserted(kind, ids), ...again])], this.clock)
      }
  }

  /** All that was said of these profiles speaks again, in its order; only what operators did stays. */
  reconsider(named: readonly string[]): void {
    const scope = this.ofAll(named)
    const rests = this.splits.flatMap(({ rest }) =>
      [...new Set([...scope].map((id) => this.of(id)))].map((members) =>
        this.bestFirst([...rest].filter((id) => members.has(id))),
      ),
    )
    const speaks = (one: Said): boolean => !isParting(one) && allOf(one).some((id) => scope.has(id))
    const again = this.said.filter(speaks)
    const places = new Map(this.said.map(({ id }, n) => [id, n]))
    this.said = this.said.filter((one) => !speaks(one))
    for (const id of scope) this.makeAlone(id)
    for (const rest of rests)
      this.put(this.ofAll(this.admitted(rest, new Set(rest), this.clock, true).accepted))
    for (const one of again) {
      const isMerge = one.kind === 'merge'
      if (!isMerge && this.isOver(one.seenAt)) continue
      if (isMerge) for (const id of one.ids) this.excluded.delete(id)
      this.settle(
        { ...one, ids: [], others: isMerge ? one.others : [] },
        isMerge ? one.ids : allOf(one),
      )
    }
    this.said = this.said.toSorted((a, b) => (places.get(a.id) ?? 0) - (places.get(b.id) ?? 0))
  }

  /** Lets go whoever is nobody known and has been silent since: what they say of each other goes, what others say of them stays. */
  expire({ fragments, types, receivedAt, logTime }: ExpireRecord): void {
    this.begin(logTime)
    const gone = this.ofAll(fragments)
    if ([...gone].some((id) => !types.includes(typeOf(id)))) return
    const inside = this.said.filter(
      (one) => allOf(one).length > 0 && allOf(one).every((id) => gone.has(id)),
    )
    const isNews = (one: Said): boolean =>
      commands.includes(one.kind) ? one.seenAt > logTime - 86_400_000 : one.receivedAt > receivedAt
    if (inside.some(isNews)) return
    this.said = this.said.filter((one) => !inside.includes(one))
    for (const id of gone) {
      this.erasedAt.set(id, Math.max(receivedAt, this.erasedAt.get(id) ?? -1))
      const isNamed =
        this.said.some((one) => allOf(one).includes(id)) ||
        this.splits.some(({ away, rest }) => away.has(id) || rest.has(id))
      this.met.delete(id)
      this.put(new Set([id]))
      if (isNamed) continue
      this.makeAlone(id)
      this.firstSeen.delete(id)
    }
    this.forgetCompany([...gone])
  }

  /** Isolates the people who are named; what named one of them is gone, also what it said of others. */
  erase(named: readonly string[], at: number): void {
    const gone = this.ofAll(named)
    const stay = (one: Said): string[] => allOf(one).filter((id) => !gone.has(id))
    const forgotten = this.said.filter((one) => allOf(one).some((id) => gone.has(id)))
    const kept = forgotten.filter((one) => isParting(one) && stay(one).length > 0)
    this.said = this.said
      .filter((one) => !forgotten.includes(one) || kept.includes(one))
      .map((one) => (kept.includes(one) ? { ...one, others: stay(one) } : one))
    const newest = forgotten
      .filter((one) => !kept.includes(one))
      .reduce((latest, { receivedAt }) => Math.max(latest, receivedAt), at)
    for (const id of gone) {
      this.erasedAt.set(id, Math.max(newest, this.erasedAt.get(id) ?? -1))
      this.firstSeen.delete(id)
      for (const { away, rest } of this.splits) for (const side of [away, rest]) side.delete(id)
      this.makeAlone(id)
    }
    const neighbours = forgotten.flatMap(stay)
    this.forgetCompany(neighbours)
    for (const members of new Set(neighbours.map((id) => this.of(id)))) this.fallApart([...members])
  }
}
