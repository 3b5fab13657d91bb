import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { epochMs, type FragmentId, type ProfileId, typeOf } from '#runtime/event/ids.ts'
import type { LinkerEffect } from './effects.ts'
import { reach } from './evidence.ts'
import { linkerPolicy } from './policy.ts'
import { profilesByClass, sizeClasses } from './profile-sizes.ts'
import { anyHistory, anyName, plainHistory } from './testing/histories.ts'
import {
  birthOf,
  command,
  define,
  fragment,
  link,
  namedIn,
  testLinker,
  testPolicy,
} from './testing/log.ts'
import { NaiveLinker } from './testing/naive-linker.ts'

const policy = testPolicy({ cap: 7, types: { email: { limit: 2, blocked: [] } } })

/** Where the effects leave every fragment that they name: what the homes know. */
function homesAfter(effects: readonly LinkerEffect[]): ReadonlyMap<FragmentId, ProfileId> {
  const homes = new Map<FragmentId, ProfileId>()
  for (const effect of effects)
    if (effect.kind === 'assign') homes.set(effect.fragment, effect.profile)
  return homes
}

const policies = (version: number | null): ReturnType<typeof testPolicy> =>
  testPolicy(version === 7 ? { types: { email: { limit: 1, blocked: [] } } } : {})

const erasures = (effects: readonly LinkerEffect[]): readonly string[] =>
  effects.flatMap((effect) => {
    if (effect.kind === 'erase') return [`erase ${effect.fragment}`]
    return effect.kind === 'tombstone' ? [`tombstone ${effect.key}`] : []
  })

describe('the linker', () => {
  it('agrees with the rules said plainly, over random histories', () => {
    fc.assert(
      fc.property(plainHistory, (history) => {
        const linker = testLinker(policy)
        const naive = new NaiveLinker(linkerPolicy(policy))
        for (const record of history) {
          linker.say(record)
          if (record.kind === 'link') naive.link(record)
          if (record.kind === 'command') naive.command(record)
          for (const id of namedIn(history))
            expect(linker.state.node(id)?.component ?? id).toBe(naive.representative(id))
        }
      }),
      { numRuns: 400 },
    )
  })

  it('tells the homes exactly what its state says', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const linker = testLinker(policy)
        const homes = homesAfter(linker.say(...history))
        for (const id of namedIn(history))
          expect(homes.get(id) ?? birthOf(id)).toBe(birthOf(linker.state.node(id)?.component ?? id))
      }),
      { numRuns: 400 },
    )
  })

  it('keeps each component’s record in step with its members', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const linker = testLinker(policy)
        const { state } = linker
        linker.say(...history)
        for (const id of namedIn(history)) {
          const { component } = state.node(id) ?? { component: id }
          const members = state.component(component)?.members ?? [component]
          expect(members).toContain(id)
          expect(members.length).toBeLessThanOrEqual(7)
          const counts: Record<string, number> = {}
          for (const member of members) counts[typeOf(member)] = (counts[typeOf(member)] ?? 0) + 1
          expect(state.component(component)?.counts ?? counts).toEqual(counts)
          for (const member of members) expect(state.node(member)?.component).toBe(component)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('knows how many profiles there are of each size', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const linker = testLinker(policy)
        linker.say(...history)
        const there = [...namedIn(history)].filter(
          (id) => (linker.state.node(id)?.first ?? -1) >= 0,
        )
        const sizes = new Map<string, number>()
        for (const id of there) {
          const component = linker.state.node(id)?.component ?? id
          sizes.set(component, (sizes.get(component) ?? 0) + 1)
        }
        const expected = sizeClasses.map(
          (name) =>
            [...sizes.values()].filter((size) =>
              name.includes('-')
                ? size >= Number(name.split('-')[0]) && size <= Number(name.split('-')[1])
                : String(size) === name,
            ).length,
        )
        expect([...profilesByClass(linker.state.meta.sizes).values()]).toEqual(expected)
      }),
      { numRuns: 300 },
    )
  })

  it('holds nothing together that no evidence does', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const links = history.filter(({ kind }) => kind === 'link')
        const linker = testLinker(policy)
        const { state } = linker
        linker.say(...links)
        for (const id of namedIn(links)) {
          const members = state.component(state.node(id)?.component ?? id)?.members ?? [id]
          const reached = reach(state, id, (next) => members.includes(next))
          expect([...reached].toSorted()).toEqual(members.toSorted())
        }
      }),
      { numRuns: 300 },
    )
  })

  it('never puts two values of a unique type into one profile without authority', () => {
    fc.assert(
      fc.property(plainHistory, (history) => {
        const linker = testLinker(policy)
        const { state } = linker
        linker.say(...history)
        for (const id of namedIn(history)) {
          const counts = state.component(state.node(id)?.component ?? id)?.counts ?? {}
          expect(counts['user_id'] ?? 0).toBeLessThanOrEqual(1)
          expect(counts['crm_id'] ?? 0).toBeLessThanOrEqual(1)
          expect(counts['email'] ?? 0).toBeLessThanOrEqual(2)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('gives both sides back as they were when a merge is split', () => {
    const free = testPolicy({ cap: 1000, types: { email: { limit: 'none', blocked: [] } } })
    fc.assert(
      fc.property(plainHistory, anyName, anyName, (history, a, b) => {
        const linker = testLinker(free)
        const links = history.filter(({ kind }) => kind === 'link')
        linker.say(...links)
        const sideOf = (short: string): readonly FragmentId[] => {
          const id = fragment(short)
          const component = linker.state.node(id)?.component ?? id
          return [...(linker.state.component(component)?.members ?? [id])]
        }
        const [left, right] = [sideOf(a), sideOf(b)]
        fc.pre(!left.includes(fragment(b)))
        const everyone = (): readonly unknown[] =>
          [...namedIn(links), ...left, ...right].map((id) => linker.state.node(id)?.component ?? id)
        const before = everyone()
        linker.say(command('merge', `${a} ${b}`))
        fc.pre(linker.profileOf(a) === linker.profileOf(b))
        linker.say({ ...command('split', a), fragments: right })
        expect(everyone()).toEqual(before)
      }),
      { numRuns: 300 },
    )
  })

  it('gives a profile back as it was when a split is taken back', () => {
    const free = testPolicy({ cap: 1000, types: { email: { limit: 'none', blocked: [] } } })
    fc.assert(
      fc.property(plainHistory, anyName, (history, name) => {
        const withoutSplits = history.filter(({ kind }) => kind === 'link')
        const linker = testLinker(free)
        linker.say(...withoutSplits)
        const everyone = (): readonly unknown[] =>
          [...namedIn(withoutSplits)].map((id) => linker.state.node(id)?.component)
        const before = everyone()
        linker.say(command('split', name), command('unsplit', name))
        expect(everyone()).toEqual(before)
      }),
      { numRuns: 300 },
    )
  })

  it('ignores a link and a command that it knows, and keeps the key of each copy', () => {
    const linker = testLinker()
    const said = link('u:A e:1')
    linker.say(said)
    expect(linker.say(said)).toEqual([])
    const split = command('split', 'e:1')
    linker.say(split, command('merge', 'u:A e:1'))
    expect(linker.say(split)).toEqual([])
    expect(linker.profiles()).toEqual(['e:1 u:A'])
    expect(linker.state.evidence(said.linkId)?.keys).toEqual(['key 0', 'key 1'])
  })

  it('folds each offset once', () => {
    const linker = testLinker()
    const entry = { offset: 0, key: 'k', record: link('u:A e:1') }
    expect(linker.fold(entry)).not.toEqual([])
    expect(linker.fold(entry)).toEqual([])
  })

  it('decides each link under the policy in force at its place in the log', () => {
    const linker = testLinker(policies)
    linker.say(
      link('u:A e:1'),
      link('u:A e:2'),
      define(7),
      link('u:A e:3'),
      define(3),
      link('u:A e:4'),
    )
    expect(linker.profiles()).toEqual(['e:1 e:2 u:A'])
  })
})

describe('an erasure', () => {
  it('isolates every identifier of the person and removes every record that named them', () => {
    const linker = testLinker()
    linker.say(link('u:A e:1 d:1', { receivedAt: epochMs(50) }), link('u:B d:2'))
    linker.say(link('u:B e:1', { receivedAt: epochMs(60) }))
    const effects = linker.say(command('erase', 'e:1', { at: 100 }))
    expect(erasures(effects).toSorted()).toEqual([
      'erase anonymous_id:1',
      'erase email:1',
      'erase user_id:A',
      'tombstone key 0',
      'tombstone key 2',
    ])
    expect(linker.profiles()).toEqual(['d:2 u:B'])
  })

  it('keeps out what was received by then, and lets what comes later start anew', () => {
    const linker = testLinker()
    linker.say(link('u:A e:1', { receivedAt: epochMs(7) }), command('erase', 'u:A', { at: 100 }))
    const late = linker.say(link('u:A e:1', { receivedAt: epochMs(100) }))
    expect(late).toEqual([{ kind: 'tombstone', key: 'key 2' }])
    linker.say(link('u:A e:1', { receivedAt: epochMs(101) }))
    expect(linker.profiles()).toEqual(['e:1 u:A'])
  })

  it('leaves no word of the person in any state of others', () => {
    fc.assert(
      fc.property(anyHistory, anyName, (history, name) => {
        const linker = testLinker(policy)
        linker.say(...history)
        const erased = linker
          .say(command('erase', name, { at: 1e9 }))
          .flatMap((effect) => (effect.kind === 'erase' ? [effect.fragment] : []))
        expect(erased).toContain(fragment(name))
        for (const id of namedIn(history)) {
          const links = (['joins', 'named'] as const).flatMap((role) =>
            linker.state.linksOf(id, role),
          )
          const said = links.map((linkId) => linker.state.evidence(linkId))
          const names = said.flatMap((one) => [...(one?.ids ?? []), ...(one?.others ?? [])])
          const seenWith = linker.state.node(id)?.seenWith ?? []
          expect([...names, ...seenWith].filter((other) => erased.includes(other))).toEqual([])
          expect(erased.includes(id) ? links : []).toEqual([])
        }
      }),
      { numRuns: 300 },
    )
  })
})
