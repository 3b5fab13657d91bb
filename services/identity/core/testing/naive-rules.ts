import { NaiveGroups, typeOf } from './naive-groups.ts'

const count = (set: Iterable<string>, type: string): number =>
  [...set].filter((one) => typeOf(one) === type).length

/** What a set of identifiers that stood together may join, asked at a time of the log. */
export class NaiveRules extends NaiveGroups {
  /** `device type` → the first value of a unique type beside it. */
  readonly seenWith = new Map<string, string>()
  /** Newest log time of a link that names it. */
  readonly seenAt = new Map<string, number>()
  /** Profiles that a value linked, and when. */
  readonly met = new Map<string, Map<string, number>>()
  clock = 0

  clear(ids: readonly string[]): string[] {
    return ids.filter((id) => !this.excluded.has(id))
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

  /** Joins what the rules allow; returns who is together for this reason, best first, and who was refused. */
  join(
    ids: readonly string[],
    asserted: readonly string[],
    at: number,
  ): { readonly accepted: string[]; readonly refused: string[] } {
    const named = new Set(ids)
    const declared = this.admitted(asserted, named, at, true).accepted
    this.put(this.ofAll(declared))
    const ordered = declared.length > 1 ? [...new Set([...declared, ...ids])] : ids
    const shared = this.clear(ordered).filter((id) => this.isShared(id, this.clear(ordered)))
    for (const device of shared)
      if (declared.length < 2 || !declared.includes(device)) this.exclude(device)
    for (;;) {
      const { accepted, guilty } = this.admitted(this.clear(ordered), named, at, false)
      for (const device of guilty) this.exclude(device)
      if (guilty.size > 0) continue
      this.put(this.ofAll(accepted))
      return { accepted, refused: this.clear(ordered).filter((id) => !accepted.includes(id)) }
    }
  }

  /** Best first, each that breaks no rule. `guilty`: devices that have to go first. */
  admitted(
    ids: readonly string[],
    named: ReadonlySet<string>,
    at: number,
    authority: boolean,
  ): { readonly accepted: string[]; readonly guilty: ReadonlySet<string> } {
    const accepted: string[] = []
    for (const id of ids) {
      const here = this.ofAll(accepted)
      const there = this.of(id)
      const isFree = here.size === 0 || here.has(id)
      const breach = isFree ? null : this.breach(here, there, named, at, authority)
      const guilty = new Set(breach === 'unique' ? this.between(accepted, id) : [])
      if (guilty.size > 0) return { accepted, guilty }
      if (breach === null) accepted.push(id)
    }
    return { accepted, guilty: new Set() }
  }

  breach(
    here: ReadonlySet<string>,
    there: ReadonlySet<string>,
    named: ReadonlySet<string>,
    at: number,
    authority: boolean,
  ): string | null {
    if (this.areApart(here, there)) return 'split'
    return this.breachOfPolicy(here, there, named, at, authority)
  }

  breachOfPolicy(
    here: ReadonlySet<string>,
    there: ReadonlySet<string>,
    named: ReadonlySet<string>,
    at: number,
    authority: boolean,
  ): string | null {
    const types = [...new Set([...there].map(typeOf))].filter((type) => count(here, type) > 0)
    if (!authority && types.some((type) => this.policy.isUnique(type))) return 'unique'
    if (here.size + there.size > this.policy.cap) return 'cap'
    const isOver = types.some((type) => this.exceeds(type, here, there, named, at))
    return isOver && !authority ? 'limit' : null
  }

  /** In a window count those who were seen in it, and only when both sides have some. */
  exceeds(
    type: string,
    here: ReadonlySet<string>,
    there: ReadonlySet<string>,
    named: ReadonlySet<string>,
    at: number,
  ): boolean {
    const limit = this.policy.limit(type)
    if (limit === null || count([...here, ...there], type) <= limit.count) return false
    const { windowMs } = limit
    if (windowMs === null) return true
    const now = (set: ReadonlySet<string>): number =>
      count(
        [...set].filter((id) => named.has(id) || (this.seenAt.get(id) ?? 0) > at - windowMs),
        type,
      )
    return now(here) > 0 && now(there) > 0 && now(here) + now(there) > limit.count
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

  /** The values of a set that have linked more profiles than the policy allows: of each profile in it the best value speaks. */
  inExcess(ids: readonly string[], at: number): readonly string[] {
    const speakers = ids.filter((id, n) => ids.findIndex((one) => this.of(one).has(id)) === n)
    const profiles = speakers.map((id) => this.representative(id))
    if (speakers.length < 2) return []
    return speakers.filter((id, n) => {
      const block = this.policy.automaticBlock(typeOf(id))
      if (block === null) return false
      const met = new Map(
        [...(this.met.get(id) ?? [])].filter(([, seen]) => seen > at - block.windowMs),
      )
      for (const profile of profiles)
        if (profile !== profiles[n]) met.set(profile, Math.max(at, met.get(profile) ?? at))
      this.met.set(id, met)
      return met.size > block.profiles
    })
  }

  between(accepted: readonly string[], id: string): readonly string[] {
    const conflicts = [...new Set([...this.of(id)].map(typeOf))]
      .filter((type) => this.policy.isUnique(type))
      .filter((type) => accepted.some((one) => count(this.of(one), type) > 0))
    const blamed = conflicts.map((type) => this.guilty(id, type) ?? this.before(accepted, type))
    return blamed.includes(null) ? [] : blamed.flatMap((devices) => devices ?? [])
  }

  before(accepted: readonly string[], type: string): readonly string[] | null {
    const carriers = accepted.filter((one) => count(this.of(one), type) > 0)
    const all = carriers.map((one) => this.guilty(one, type))
    return all.includes(null) ? null : all.flatMap((one) => one ?? [])
  }

  /** The devices that alone connect `id` with a value of a type; null: something better does. */
  guilty(id: string, type: string): readonly string[] | null {
    if (this.policy.isDevice(typeOf(id))) return [id]
    const inside = this.of(id)
    const isDevice = (one: string): boolean => this.policy.isDevice(typeOf(one))
    const near = this.walk(id, (one) => inside.has(one) && !isDevice(one))
    if (count(near, type) > 0) return null
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

  /** A device remembers only whom something still names beside it. */
  forgetCompany(devices: readonly string[]): void {
    for (const [key, unique] of this.seenWith) {
      const device = key.slice(0, key.indexOf(' '))
      const isNamed = this.said.some(({ ids, others }) => {
        const all = [...ids, ...others]
        return all.includes(device) && all.includes(unique)
      })
      if (devices.includes(device) && !isNamed) this.seenWith.delete(key)
    }
  }

  /** As if nothing had ever been said of it, but by operators. */
  makeAlone(id: string): void {
    this.excluded.delete(id)
    this.seenAt.set(id, 0)
    this.met.delete(id)
    for (const key of this.seenWith.keys()) if (key.startsWith(`${id} `)) this.seenWith.delete(key)
    this.put(new Set([id]))
  }
}
