import type { CommandRecord, LinkRecord } from '#runtime/log/links.ts'
import type { LinkerPolicy } from '../policy.ts'

const typeOf = (id: string): string => id.slice(0, id.indexOf(':'))

/**
 * The rules once more, as plainly as they can be said: every question is answered by walking all links that ever counted. Covers
 * links, unique types, limits without a window, the cap, shared devices and operators' splits of one identifier.
 */
export class NaiveLinker {
  readonly policy: LinkerPolicy
  readonly group = new Map<string, Set<string>>()
  readonly firstSeen = new Map<string, number>()
  readonly ambiguous = new Set<string>()
  readonly barred = new Set<string>()
  readonly splitOff = new Set<string>()
  readonly seenWith = new Map<string, string>()
  links: string[][] = []
  now = 0

  constructor(policy: LinkerPolicy) {
    this.policy = policy
  }

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

  link(record: LinkRecord): void {
    this.now += 1
    const usable = record.identifiers
      .filter(({ blocked }) => blocked === null)
      .map(({ id }): string => id)
      .toSorted(
        (a, b) => this.policy.rank(typeOf(a)) - this.policy.rank(typeOf(b)) || (a < b ? -1 : 1),
      )
    for (const id of usable) if (!this.firstSeen.has(id)) this.firstSeen.set(id, this.now)
    for (const device of usable) if (this.isShared(device, usable)) this.drop(device)
    for (;;) {
      const accepted: string[] = []
      const guilty = new Set<string>()
      for (const id of usable.filter((one) => !this.ambiguous.has(one))) {
        const breach = this.breach(accepted, id)
        if (breach === 'unique') for (const one of this.between(accepted, id)) guilty.add(one)
        if (guilty.size > 0) break
        if (breach === null) accepted.push(id)
      }
      for (const device of guilty) this.drop(device)
      if (guilty.size > 0) continue
      if (accepted.length > 1) this.links.push(accepted)
      this.regroup(new Set(accepted.flatMap((id) => [...this.of(id)])))
      return
    }
  }

  command({ action, fragments }: CommandRecord): void {
    this.now += 1
    const [f = ''] = fragments
    if (!this.firstSeen.has(f)) this.firstSeen.set(f, this.now)
    const rest = [...this.of(f)].filter((id) => id !== f)
    if (action !== 'split' || rest.length === 0) return
    for (const id of rest) this.barred.add(`${f} ${id}`).add(`${id} ${f}`)
    this.splitOff.add(f)
    this.regroup(new Set(rest))
    this.regroup(new Set([f]))
  }

  regroup(ids: Set<string>): void {
    for (const id of ids) this.group.set(id, ids)
  }

  isShared(device: string, set: readonly string[]): boolean {
    if (!this.policy.isDevice(typeOf(device)) || this.ambiguous.has(device)) return false
    return set
      .filter((id) => this.policy.isUnique(typeOf(id)))
      .some((id) => {
        const before = this.seenWith.get(`${device} ${typeOf(id)}`) ?? id
        this.seenWith.set(`${device} ${typeOf(id)}`, before)
        return this.of(before) !== this.of(id)
      })
  }

  breach(accepted: readonly string[], id: string): string | null {
    const here = new Set(accepted.flatMap((one) => [...this.of(one)]))
    const there = this.of(id)
    if (here.size === 0 || here.has(id)) return null
    for (const a of here) for (const b of there) if (this.barred.has(`${a} ${b}`)) return 'split'
    const count = (set: Set<string>, type: string): number =>
      [...set].filter((one) => typeOf(one) === type).length
    const types = [...new Set([...there].map(typeOf))].filter((type) => count(here, type) > 0)
    if (types.some((type) => this.policy.isUnique(type))) return 'unique'
    if (here.size + there.size > this.policy.cap) return 'cap'
    const over = types.some(
      (type) => count(here, type) + count(there, type) > (this.policy.limit(type)?.count ?? 1e9),
    )
    return over ? 'limit' : null
  }

  /** All that the links connect with `id`, entering only what `may`. */
  walk(id: string, may: (id: string) => boolean): Set<string> {
    const reached = new Set([id])
    for (let size = 0; size !== reached.size; ) {
      size = reached.size
      for (const link of this.links)
        if (link.some((one) => reached.has(one)))
          for (const one of link) if (may(one)) reached.add(one)
    }
    return reached
  }

  between(accepted: readonly string[], id: string): readonly string[] {
    const conflicts = [...this.of(id)]
      .map(typeOf)
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
    const devices = [...inside].filter(
      (device) =>
        isDevice(device) &&
        this.links.some((link) => link.includes(device) && link.some((one) => near.has(one))) &&
        this.links.some(
          (link) =>
            link.includes(device) &&
            link.some((one) => one !== device && inside.has(one) && !near.has(one)),
        ),
    )
    return devices.length === 0 ? null : devices
  }

  drop(device: string): void {
    this.ambiguous.add(device)
    const former = [...this.of(device)]
    this.links = this.links.map((link) => link.filter((id) => id !== device))
    for (const id of former)
      this.regroup(
        new Set(
          [...this.walk(id, (one) => former.includes(one) || this.splitOff.has(one))].filter(
            (one) => former.includes(one),
          ),
        ),
      )
  }
}
