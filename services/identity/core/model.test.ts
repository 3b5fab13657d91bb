import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FragmentId, ProfileId } from '#runtime/event/ids.ts'
import type { LinksRecord } from '#runtime/log/links.ts'
import type { Decision, LinkerEffect } from './effects.ts'
import { linkerPolicy } from './policy.ts'
import { fullHistory } from './testing/histories.ts'
import { birthOf, define, namedIn, testLinker, testPolicy, decisionsIn } from './testing/log.ts'
import { NaiveLinker } from './testing/naive-linker.ts'

// The linker against a union-find that has the same rules and nothing else in common with it: no components, no counters, no bars, no
// index of evidence. It is asked again after every record of a random history of links, aliases, record merges, and operators' merges,
// splits, unsplits, words to decide anew and erasures, some of which come twice, so that survivors and the history of each profile id are
// held too, not only how it ends.

const policies = {
  'the shipped defaults': testPolicy(),
  'limits and a cap that bite': testPolicy({
    cap: 7,
    types: { email: { limit: 2, blocked: [] } },
  }),
  'no unique types, no devices': testPolicy({
    types: {
      crm_id: { unique: false, blocked: [] },
      user_id: { unique: false, blocked: [] },
      anonymous_id: { device: false, blocked: [] },
    },
  }),
  'operators without authority': testPolicy({ authoritative: ['contact_merged'] }),
  'limits in windows': testPolicy({
    types: {
      email: { limit: '1 per 6s', blocked: [] },
      phone: { limit: 1, blocked: [] },
      anonymous_id: { limit: '2 per 4s', blocked: [] },
    },
  }),
  'values that link too many': testPolicy({ automatic_block: '2 per 8s' }),
  'links that end': testPolicy({ link_lifetime: '5s' }),
}

type Profiles = ReadonlyMap<FragmentId, ProfileId>

/** Folds a history record by record in both, and shows each step. */
function both(
  policy: ReturnType<typeof testPolicy>,
  history: readonly LinksRecord[],
  each: (step: {
    readonly effects: readonly LinkerEffect[]
    readonly before: Profiles
    readonly after: Profiles
    readonly linker: Profiles
  }) => void,
): void {
  const linker = testLinker(policy)
  const naive = new NaiveLinker(linkerPolicy(policy))
  const names = [...namedIn(history)]
  const now = (of: (id: FragmentId) => string): Profiles =>
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- names of a test are ids by decree
    new Map(names.map((id) => [id, birthOf(of(id) as FragmentId)]))
  let before = now((id) => id)
  for (const record of history) {
    const effects = linker.say(record)
    naive.fold(record)
    const after = now((id) => naive.representative(id))
    each({
      effects,
      before,
      after,
      linker: now((id) => linker.state.node(id)?.component ?? id),
    })
    before = after
  }
}

/** Profiles of those whom a decision is about: of a device that is shared, the device's alone. */
const whoIn = (profiles: Profiles, { outcome, identifiers, demoted }: Decision): ProfileId[] =>
  (outcome === 'ambiguous' ? demoted : identifiers).map((id) => profiles.get(id) ?? birthOf(id))

describe.each(Object.entries(policies))('under %s', (_, policy) => {
  const holds = (each: Parameters<typeof both>[2]): void =>
    fc.assert(
      fc.property(fullHistory, (history) => both(policy, history, each)),
      { numRuns: 400 },
    )

  it('every profile has the survivor that the rules say, after every record', () => {
    holds(({ linker, after }) => expect(linker).toEqual(after))
  })

  it('homes are told of every profile that changes, of the one that it is in the end, and of no other', () => {
    holds(({ effects, before, after }) => {
      const told = new Map(before)
      const moved = new Set<FragmentId>()
      for (const effect of effects)
        if (effect.kind === 'assign') {
          told.set(effect.fragment, effect.profile)
          moved.add(effect.fragment)
        }
      expect(told).toEqual(after)
      const changed = [...after].filter(([id, profile]) => before.get(id) !== profile)
      expect([...moved]).toEqual(expect.arrayContaining(changed.map(([id]) => id)))
    })
  })

  it('a decision names the profiles as they were before it, and as they are after it', () => {
    holds(({ effects, before, after }) => {
      const decisions = decisionsIn(effects)
      const [first] = decisions
      // What an erasure leaves is in no decision: it would say who was there.
      if (decisions.some(({ outcome }) => outcome === 'erase')) return
      const last = decisions.findLast(({ outcome }) => outcome !== 'block')
      if (first === undefined || last === undefined) return
      // Of several, each finds what the one before it left.
      const known = decisions.length === 1 ? whoIn(before, first) : []
      expect(first.before).toEqual(expect.arrayContaining(known))
      expect(last.after).toEqual(expect.arrayContaining(whoIn(after, last)))
    })
  })

  it('nothing changes without a decision that says so', () => {
    holds(({ effects, before, after }) => {
      const changed = [...after].filter(([id, profile]) => before.get(id) !== profile)
      if (changed.length === 0) return
      const decisions = decisionsIn(effects)
      if (decisions.some(({ outcome }) => outcome === 'erase')) return
      const told = new Set(decisions.flatMap((one) => [...one.before, ...one.after]))
      for (const [id, profile] of changed) {
        expect(told).toContain(profile)
        expect(told).toContain(before.get(id))
      }
    })
  })
})

/** A policy is in force from its place in the log on. Lifetimes aside: what is kept while there is none does not end. */
const changes: readonly (readonly [keyof typeof policies, keyof typeof policies])[] = [
  ['the shipped defaults', 'limits and a cap that bite'],
  ['no unique types, no devices', 'the shipped defaults'],
  ['the shipped defaults', 'no unique types, no devices'],
  ['limits in windows', 'operators without authority'],
  ['the shipped defaults', 'values that link too many'],
]

describe('a policy that changes', () => {
  it.each(changes)('from %s to %s holds for what comes', (before, after) => {
    const changed = fc
      .tuple(fullHistory, fc.nat())
      .map(([history, at]) => ({ history, at: at % (history.length + 1) }))
    fc.assert(
      fc.property(changed, ({ history, at }) => {
        const linker = testLinker((version) => policies[version === null ? before : after])
        const naive = new NaiveLinker(linkerPolicy(policies[before]))
        for (const [place, record] of history.entries()) {
          if (place === at) {
            linker.say(define(1))
            naive.policy = linkerPolicy(policies[after])
          }
          linker.say(record)
          naive.fold(record)
          for (const id of namedIn(history))
            expect(linker.state.node(id)?.component ?? id).toBe(naive.representative(id))
        }
      }),
      { numRuns: 300 },
    )
  })
})

const timeOf = (record: LinksRecord): number =>
  record.kind === 'link' || record.kind === 'expire' ? record.logTime : record.at

describe('an operator’s command', () => {
  it('is decided upon, whatever it finds, and once', () => {
    fc.assert(
      fc.property(fullHistory, (history) => {
        const linker = testLinker()
        for (const record of new Set(history.toSorted((a, b) => timeOf(a) - timeOf(b)))) {
          const made = decisionsIn(linker.say(record)).length
          expect(record.kind === 'command' && made === 0).toBe(false)
          expect(decisionsIn(linker.say(record))).toEqual([])
        }
      }),
      { numRuns: 200 },
    )
  })
})

describe('the id of a decision', () => {
  it('is given once, also where an old link ends, or a lifted split lets it speak again', () => {
    for (const policy of Object.values(policies))
      fc.assert(
        fc.property(fullHistory, (history) => {
          const ids = decisionsIn(testLinker(policy).say(...history)).map(({ id }) => id)
          expect(ids).toEqual([...new Set(ids)])
        }),
        { numRuns: 300 },
      )
  })
})
