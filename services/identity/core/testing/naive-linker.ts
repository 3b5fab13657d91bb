import type { CommandRecord, LinkRecord, LinksRecord } from '#runtime/log/links.ts'
import { NaiveGroups, typeOf } from './naive-groups.ts'

const count = (set: ReadonlySet<string>, type: string): number =>
  [...set].filter((one) => typeOf(one) === type).length

const isParting = (kind: string): boolean => kind === 'split' || kind === 'unsplit'

/**
 * The rules once more, as plainly as they can be said: a union-find with rules that answers every question by walking all that was ever
 * said. Covers links, authority, unique types, limits without a window, the cap, shared devices, and operators' merges, splits, unsplits and
 * erasures; not windows, blocked values that the linker finds itself, links' lifetime, and deciding anew.
 */
export class NaiveLinker extends NaiveGroups {
  readonly seenWith = new Map<string, string>()
  readonly erasedAt = new Map<string, number>()
  now = 0

  fold(record: LinksRecord): void {
    if (record.kind === 'link') this.link(record)
    if (record.kind === 'command') this.command(record)
  }

  isKnown(id: string): boolean {
    return this.said.some((one) => one.id === id)
  }

  link({ linkId, identifiers, eventType, receivedAt }: LinkRecord): void {
    this.now += 1
    if (this.isKnown(linkId)) return
    if (identifiers.some(({ id }) => receivedAt <= (this.erasedAt.get(id) ?? -1))) return
    const clean = identifiers.filter(({ blocked }) => blocked === null)
    const usable = [...new Set(clean.map(({ id }): string => id))].toSorted(
      (a, b) => this.policy.rank(typeOf(a)) - this.policy.rank(typeOf(b)) || (a < b ? -1 : 1),
    )
    this.meet(usable)
    const kind = ['aliased', 'contact_merged'].includes(eventType) ? eventType : 'event'
    const ids = this.join(usable, this.asserted(kind, this.clear(usable)))
    const others = usable.filter((one) => !ids.includes(one))
    this.keep({ id: linkId, ids, others, kind, receivedAt })
  }

  meet(ids: readonly string[]): void {
    for (const id of ids) if (!this.firstSeen.has(id)) this.firstSeen.set(id, this.now)
  }

  clear(ids: readonly string[]): string[] {
    return ids.filter((id) => !this.ambiguous.has(id))
  }

  /** Whom evidence of this kind may declare one person: all that a merge names, values of a unique type that a record merge or alias names twice. */
  asserted(kind: string, ids: readonly string[]): readonly string[] {
    if (kind === 'merge') return ids
    if (kind === 'event' || !this.policy.isAuthoritative(kind)) return []
    return ids.filter(
      (id) =>
        this.policy.isUnique(typeOf(id)) &&
        ids.some((other) => other !== id && typeOf(other) === typeOf(id)),
    )
  }

  /** Joins what the rules allow; returns who is together for this reason, best first. */
  join(ids: readonly string[], asserted: readonly string[]): string[] {
    const declared = this.admitted(asserted, true).accepted
    this.put(this.ofAll(declared))
    const ordered = declared.length > 1 ? [...new Set([...declared, ...ids])] : ids
    const shared = this.clear(ordered).filter((id) => this.isShared(id, this.clear(ordered)))
    for (const device of shared)
      if (declared.length < 2 || !declared.includes(device)) this.drop(device)
    for (;;) {
      const { accepted, guilty } = this.admitted(this.clear(ordered), false)
      for (const device of guilty) this.drop(device)
      if (guilty.size > 0) continue
      this.put(this.ofAll(accepted))
      return accepted
    }
  }

  admitted(
    ids: readonly string[],
    authority: boolean,
  ): { readonly accepted: string[]; readonly guilty: ReadonlySet<string> } {
    const accepted: string[] = []
    for (const id of ids) {
      const breach = this.breach(accepted, id, authority)
      const guilty = new Set(breach === 'unique' ? this.between(accepted, id) : [])
      if (guilty.size > 0) return { accepted, guilty }
      if (breach === null) accepted.push(id)
    }
    return { accepted, guilty: new Set() }
  }

  breach(accepted: readonly string[], id: string, authority: boolean): string | null {
    const here = this.ofAll(accepted)
    const there = this.of(id)
    if (here.size === 0 || here.has(id)) return null
    return this.areApart(here, there) ? 'split' : this.breachOfPolicy(here, there, authority)
  }

  breachOfPolicy(here: Set<string>, there: Set<string>, authority: boolean): string | null {
    const types = [...new Set([...there].map(typeOf))].filter((type) => count(here, type) > 0)
    if (!authority && types.some((type) => this.policy.isUnique(type))) return 'unique'
    if (here.size + there.size > this.policy.cap) return 'cap'
    const over = types.some(
      (type) => count(here, type) + count(there, type) > (this.policy.limit(type)?.count ?? 1e9),
    )
    return over && !authority ? 'limit' : null
  }

  isShared(device: string, set: readonly string[]): boolean {
    if (!this.policy.isDevice(typeOf(device))) return false
    return set
      .filter((id) => this.policy.isUnique(typeOf(id)))
      .some((id) => {
        const before = this.seenWith.get(`${device} ${typeOf(id)}`) ?? id
        this.seenWith.set(`${device} ${typeOf(id)}`, before)
        return this.of(before) !== this.of(id)
      })
  }

  between(accepted: readonly string[], id: string): readonly string[] {
    const conflicts = [...new Set([...this.of(id)].map(typeOf))]
      .filter((type) => this.policy.isUnique(type))
      .filter((type) => accepted.some((one) => [...this.of(one)].some((m) => typeOf(m) === type)))
    const blamed = conflicts.map((type) => this.guilty(id, type) ?? this.before(accepted, type))
    return blamed.includes(null) ? [] : blamed.flatMap((devices) => devices ?? [])
  }

  before(accepted: readonly string[], type: string): readonly string[] | null {
    const carriers = accepted.filter((one) => [...this.of(one)].some((m) => typeOf(m) === type))
    const all = carriers.map((one) => this.guilty(one, type))
    return all.includes(null) ? null : all.flatMap((one) => one ?? [])
  }

  guilty(id: string, type: string): readonly string[] | null {
    if (this.policy.isDevice(typeOf(id))) return [id]
    const inside = this.of(id)
    const isDevice = (one: string): boolean => this.policy.isDevice(typeOf(one))
    const near = this.walk(id, (one) => inside.has(one) && !isDevice(one))
    if ([...near].some((one) => typeOf(one) === type)) return null
    const leads = (device: string, to: (one: string) => boolean): boolean =>
      this.said.some(({ ids }) => ids.includes(device) && ids.some((one) => to(one)))
    const devices = [...inside].filter(
      (one) =>
        isDevice(one) &&
        leads(one, (other) => near.has(other)) &&
        leads(one, (other) => other !== one && inside.has(other) && !near.has(other)),
    )
    return devices.length === 0 ? null : devices
  }

  command({ commandId, action, fragments, at }: CommandRecord): void {
    this.now += 1
    const id = `command:${commandId}`
    if (this.isKnown(id)) return
    const named: readonly string[] = [...new Set(fragments)]
    this.meet(named)
    const ids = this.obey(action, named, at)
    const others = action === 'erase' ? [] : named.filter((one) => !ids.includes(one))
    this.keep({ id, ids, others, kind: action, receivedAt: at })
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
      case 'erase':
        this.erase(named, at)
        return []
      default:
        throw new RangeError(`the naive linker knows no ${action}`)
    }
  }

  /** Over splits and, where operators have the authority, over unique types and limits. */
  merge(named: readonly string[]): string[] {
    const authority = this.policy.isAuthoritative('operator')
    const accepted: string[] = []
    for (const id of named) {
      const here = this.ofAll(accepted)
      const free = here.size === 0 || here.has(id)
      if (free || this.breachOfPolicy(here, this.of(id), authority) === null) accepted.push(id)
    }
    const members = this.ofAll(accepted)
    for (const one of this.splits)
      if (!one.away.isDisjointFrom(members) && !one.rest.isDisjointFrom(members))
        one.rest = one.rest.difference(members)
    for (const id of accepted) this.ambiguous.delete(id)
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
        this.join(ids, [...new Set([...this.asserted(kind, ids), ...again])])
      }
  }

  erase(named: readonly string[], at: number): void {
    const gone = this.ofAll(named)
    const isAbout = ({ ids, others }: { readonly ids: string[]; readonly others: string[] }) =>
      [...ids, ...others].some((id) => gone.has(id))
    const forgotten = this.said.filter(isAbout)
    const stay = ({ ids, others }: (typeof forgotten)[number]): string[] =>
      [...ids, ...others].filter((id) => !gone.has(id))
    const kept = forgotten.filter((one) => isParting(one.kind) && stay(one).length > 0)
    this.said = [
      ...this.said.filter((one) => !isAbout(one)),
      ...kept.map((one) => ({ ...one, others: stay(one) })),
    ]
    const newest = forgotten
      .filter((one) => !kept.includes(one))
      .reduce((latest, { receivedAt }) => Math.max(latest, receivedAt), at)
    for (const id of gone) {
      this.erasedAt.set(id, Math.max(newest, this.erasedAt.get(id) ?? -1))
      this.firstSeen.delete(id)
      this.ambiguous.delete(id)
      for (const { away, rest } of this.splits) for (const side of [away, rest]) side.delete(id)
      this.put(new Set([id]))
    }
    const neighbours = forgotten.flatMap(stay)
    this.forgetCompany(gone, neighbours)
    for (const members of new Set(neighbours.map((id) => this.of(id)))) this.fallApart([...members])
  }

  /** A device remembers only whom something still names beside it. */
  forgetCompany(gone: ReadonlySet<string>, neighbours: readonly string[]): void {
    for (const [key, unique] of this.seenWith) {
      const device = key.slice(0, key.indexOf(' '))
      const isNamed = this.said.some(({ ids, others }) => {
        const all = [...ids, ...others]
        return all.includes(device) && all.includes(unique)
      })
      if (gone.has(device) || (neighbours.includes(device) && !isNamed)) this.seenWith.delete(key)
    }
  }
}
