import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FragmentId } from '#runtime/event/ids.ts'
import type { LinkRecord, LinksRecord } from '#runtime/log/links.ts'
import { groupsOf, partitionOf, sideOf, splitOff } from './testing/sides.ts'
import { anyHistory, anyName, plainHistory } from './testing/histories.ts'
import { command, fragment, link, shortOf, testLinker, testPolicy } from './testing/log.ts'
import { decisionsOf } from './testing/table.ts'

// What holds of every history, whatever the rules: order, repetition, and that an operator's word can be taken back.

/** Evidence alone decides: nothing unique, no devices, no limits. */
const free = testPolicy({
  types: {
    crm_id: { unique: false, blocked: [] },
    user_id: { unique: false, blocked: [] },
    email: { limit: 'none', blocked: [] },
    phone: { limit: 'none', blocked: [] },
    anonymous_id: { device: false, limit: 'none', blocked: [] },
  },
})
const isLink = (record: LinksRecord): record is LinkRecord => record.kind === 'link'
const links = plainHistory.map((history) => history.filter(isLink))
/** Links of all kinds, merges, erasures: whatever holds together does so by evidence. */
const withoutSplits = anyHistory.map((history) =>
  history.filter(
    (record) =>
      isLink(record) || ['merge', 'erase'].includes(record.kind === 'command' ? record.action : ''),
  ),
)

describe('order', () => {
  it('does not matter where no rule is in play: any order of links gives the same profiles', () => {
    const shuffled = links.chain((history) =>
      fc.tuple(
        fc.constant(history),
        fc.shuffledSubarray([...history], { minLength: history.length }),
      ),
    )
    fc.assert(
      fc.property(shuffled, ([history, other]) => {
        const [one, another] = [testLinker(free), testLinker(free)]
        one.say(...history)
        another.say(...other)
        expect(groupsOf(another, history)).toEqual(groupsOf(one, history))
      }),
      { numRuns: 300 },
    )
  })

  it('decides which of equals survives, and never of which type the survivor is', () => {
    fc.assert(
      fc.property(links, (history) => {
        const [one, another] = [testLinker(free), testLinker(free)]
        one.say(...history)
        another.say(...history.toReversed())
        const typeOfSurvivor = (linker: typeof one, id: FragmentId): string | undefined =>
          linker.state.node(id)?.component.split(':')[0]
        for (const { identifiers } of history)
          for (const { id } of identifiers)
            expect(typeOfSurvivor(another, id)).toBe(typeOfSurvivor(one, id))
      }),
      { numRuns: 200 },
    )
  })
})

describe('repetition', () => {
  it('of a link, at any later time and under another key, changes nothing and decides nothing', () => {
    const linksAndOneOfThem = links
      .filter((history) => history.length > 0)
      .chain((history) => fc.tuple(fc.constant(history), fc.constantFrom(...history)))
    fc.assert(
      fc.property(linksAndOneOfThem, ([history, again]) => {
        const linker = testLinker()
        linker.say(...history)
        const before = partitionOf(linker, history)
        expect(decisionsOf(linker.say(again))).toEqual([])
        expect(partitionOf(linker, history)).toEqual(before)
      }),
      { numRuns: 200 },
    )
  })
})

describe.each([
  ['the shipped defaults', testPolicy()],
  ['no rule in play', free],
])('taking back, under %s', (_, policy) => {
  it('a merge that is split is as never merged, whichever side is split off', () => {
    fc.assert(
      fc.property(withoutSplits, anyName, anyName, (history, a, b) => {
        const linker = testLinker(policy)
        linker.say(...history)
        const side = sideOf(linker, b)
        fc.pre(!side.includes(fragment(a)))
        const known = [...history, link(`${a} ${b}`)]
        const before = partitionOf(linker, known)
        linker.say(command('merge', `${a} ${b}`))
        fc.pre(linker.profileOf(a) === linker.profileOf(b))
        linker.say(splitOff(side))
        expect(partitionOf(linker, known)).toEqual(before)
      }),
      { numRuns: 400 },
    )
  })

  it('a split that is lifted gives back what was split: bars are gone, evidence speaks again', () => {
    fc.assert(
      fc.property(
        withoutSplits,
        fc.uniqueArray(anyName, { minLength: 1, maxLength: 3 }),
        (history, names) => {
          const linker = testLinker(policy)
          linker.say(...history)
          const before = partitionOf(linker, history)
          const set = names.join(' ')
          linker.say(command('split', set), command('unsplit', set))
          expect(partitionOf(linker, history)).toEqual(before)
        },
      ),
      { numRuns: 400 },
    )
  })

  it('merged, split and lifted is merged', () => {
    fc.assert(
      fc.property(withoutSplits, anyName, anyName, (history, a, b) => {
        const linker = testLinker(policy)
        linker.say(...history)
        const side = sideOf(linker, b)
        fc.pre(!side.includes(fragment(a)))
        linker.say(command('merge', `${a} ${b}`))
        const merged = partitionOf(linker, history)
        linker.say(splitOff(side), { ...command('unsplit', b), fragments: side })
        expect(partitionOf(linker, history)).toEqual(merged)
      }),
      { numRuns: 400 },
    )
  })

  it('the identifier that a profile was born from can be split off: the next best gives its id, and gets the old one back', () => {
    fc.assert(
      fc.property(withoutSplits, anyName, (history, name) => {
        const linker = testLinker(policy)
        linker.say(...history)
        const born = linker.state.node(fragment(name))?.component ?? fragment(name)
        const others = sideOf(linker, name).filter((id) => id !== born)
        fc.pre(others.length > 0)
        const before = partitionOf(linker, history)
        linker.say(command('split', shortOf(born)))
        const now = new Set(others.map((id) => linker.state.node(id)?.component))
        expect(now.size).toBe(1)
        expect(now.has(born)).toBe(false)
        expect(linker.state.node(born)?.component).toBe(born)
        linker.say(command('unsplit', shortOf(born)))
        expect(partitionOf(linker, history)).toEqual(before)
      }),
      { numRuns: 400 },
    )
  })
})

describe('a chain of merges, with links before, between and after', () => {
  const anyMerge = fc
    .uniqueArray(anyName, { minLength: 2, maxLength: 3 })
    .map((names) => command('merge', names.join(' ')))
  const chains = links.chain((history) =>
    fc
      .array(fc.tuple(fc.nat({ max: history.length }), anyMerge), { maxLength: 5 })
      .map((merges) => {
        const log: LinksRecord[] = [...history]
        for (const [at, merge] of merges) log.splice(at, 0, merge)
        return { history, log }
      }),
  )
  const allNames = 'c:1 c:2 u:A u:B u:C e:1 e:2 e:3 p:1 d:1 d:2 d:3'.split(' ')
  /** Everybody is known from the start: who is named first by a command is older for it. */
  const named = allNames.map((name) => link(name))

  it('is undone by splitting off each profile that evidence alone makes, in any order, and done again by lifting that', () => {
    fc.assert(
      fc.property(
        chains,
        fc.shuffledSubarray(allNames, { minLength: allNames.length }),
        ({ history, log }, order) => {
          const plain = testLinker(free)
          plain.say(...named, ...history)
          const chained = testLinker(free)
          chained.say(...named, ...log)
          const merged = partitionOf(chained, named)
          const sides = new Map(
            order.map((name) => [plain.profileOf(name), sideOf(plain, name)] as const),
          )
          for (const side of sides.values()) chained.say(splitOff(side))
          expect(partitionOf(chained, named)).toEqual(partitionOf(plain, named))
          for (const side of [...sides.values()].toReversed())
            chained.say({ ...command('unsplit', 'c:1'), fragments: side })
          expect(partitionOf(chained, named)).toEqual(merged)
        },
      ),
      { numRuns: 300 },
    )
  })
})
