import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import type { CommandRecord, ExpireRecord, LinksRecord } from '#runtime/log/links.ts'
import { createLooseEnds, endsMax, profilesMax } from './loose-ends.ts'
import { createMemoryState } from './memory-state.ts'
import { dumpState } from './testing/dump.ts'
import { fullHistory } from './testing/histories.ts'
import { command, fragment, link, namedIn, testLinker, testPolicy } from './testing/log.ts'

// Whatever is known of loose ends, nothing else is decided: every history is folded by a linker that looks only at them, and by one that
// knows of none and looks through each profile whole.

const names = Array.from({ length: 12 }, (_, n) => `${n % 4 === 0 ? 'e' : 'd'}:${n}`)
const anyNames = (maxLength: number): fc.Arbitrary<string[]> =>
  fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength })

const expiry = (set: readonly string[]): ExpireRecord => ({
  kind: 'expire',
  linkId: set.join(),
  sender: { generation: 0, partition: 0, position: [0, 0, 0] },
  fragments: set.map(fragment),
  types: ['anonymous_id'],
  receivedAt: epochMs(0),
  logTime: epochMs(0),
})

const atSecond = (record: LinksRecord, second: number): LinksRecord => {
  const at = epochMs(second * 1000)
  if (record.kind === 'command') return { ...record, at }
  if (record.kind === 'expire') return { ...record, receivedAt: at, logTime: at }
  if (record.kind !== 'link') return record
  return { ...record, logTime: at, occurredAt: at, receivedAt: at }
}

/** Large profiles that lose evidence all the time, and in which operators part and join. */
const ageingHistory: fc.Arbitrary<readonly LinksRecord[]> = fc
  .array(
    fc.tuple(
      fc.oneof(
        { weight: 20, arbitrary: anyNames(3).map((set): LinksRecord => link(set.join(' '))) },
        {
          weight: 4,
          arbitrary: fc
            .tuple(
              fc.constantFrom<CommandRecord['action'][]>(
                'merge',
                'split',
                'split',
                'split',
                'split',
                'unsplit',
                'reconsider',
                'erase',
              ),
              anyNames(2),
            )
            .map(([action, set]): LinksRecord => command(action, set.join(' '))),
        },
        { weight: 1, arbitrary: anyNames(2).map((set): LinksRecord => expiry(set)) },
      ),
      fc.constantFrom(0, 1, 1, 1, 4),
    ),
    { maxLength: 70, size: 'max' },
  )
  .map((steps) => {
    let second = 1
    return steps.map(([record, later]) => {
      second += later
      return atSecond(record, second)
    })
  })

const together = { unique: false, device: false, blocked: [], limit: 'none' }
const policies = {
  'nothing but a lifetime': testPolicy({
    link_lifetime: '9s',
    automatic_block: 'none',
    types: { email: together, anonymous_id: together },
  }),
  'every rule': testPolicy({
    cap: 9,
    link_lifetime: '12s',
    automatic_block: '3 per 8s',
    types: { email: { limit: '3 per 6s', blocked: [], unique: true } },
  }),
}

describe.each(Object.entries(policies))('under %s', (_, policy) => {
  it.each([
    ['profiles that lose evidence all the time', ageingHistory],
    ['whatever operators say', fullHistory],
  ])('the same comes of %s as when profiles are looked through whole', (_name, histories) => {
    fc.assert(
      fc.property(histories, (history) => {
        const quick = testLinker(policy, createMemoryState(), createLooseEnds({ smallMax: 1 }))
        const whole = testLinker(
          policy,
          createMemoryState(),
          createLooseEnds({ smallMax: Number.POSITIVE_INFINITY }),
        )
        const ids = namedIn(history)
        for (const record of history) {
          expect(quick.say(record)).toEqual(whole.say(record))
          expect(dumpState(quick.state, ids)).toBe(dumpState(whole.state, ids))
        }
      }),
      { numRuns: 200 },
    )
  })
})

it('an end from which nothing inside is reached may hang together with the rest by somebody who was split off', () => {
  const linker = testLinker(
    policies['nothing but a lifetime'],
    createMemoryState(),
    createLooseEnds({ smallMax: 1 }),
  )
  linker.say(
    atSecond(link('d:1 d:2', { eventType: 'contact_merged' }), 1),
    atSecond(link('d:1 d:2'), 2),
    atSecond(link('d:1 d:3'), 5),
    atSecond(link('d:2 d:3'), 5),
    atSecond(command('split', 'd:3'), 6),
    // The first is over, and the second is seen to hold both together.
    atSecond(link('d:9'), 10),
    atSecond(link('d:9'), 11),
  )
  expect(linker.state.meta.counters.expired).toBe(2)
  expect(linker.profiles()).toEqual(['d:1 d:2'])
})

const id = (n: number): FragmentId => fragment(`d:${n}`)
const ids = (count: number): readonly FragmentId[] => Array.from({ length: count }, (_, n) => id(n))

describe('what is known of loose ends', () => {
  it('is of a bounded number of profiles, and then of none', () => {
    const ends = createLooseEnds()
    for (const one of ids(profilesMax)) ends.know(one)
    ends.know(id(0))
    expect(ends.of(id(1))).toEqual(new Set())
    ends.know(id(profilesMax))
    expect(ends.of(id(1))).toBeUndefined()
    expect(ends.of(id(profilesMax))).toEqual(new Set())
  })

  it('is of a bounded number of ends, and with more the profile is looked through whole', () => {
    const ends = createLooseEnds()
    ends.know(id(0), ids(endsMax))
    expect(ends.of(id(0))?.size).toBe(endsMax)
    ends.loosen(id(0), id(endsMax))
    expect(ends.of(id(0))).toBeUndefined()
    ends.know(id(0), ids(endsMax + 1))
    expect(ends.of(id(0))).toBeUndefined()
  })
})

it('a record that lets evidence of a large profile go looks at what that named, not at the profile', () => {
  const state = createMemoryState()
  let asked = 0
  const counting = {
    ...state,
    evidence: (linkId: string) => {
      asked += 1
      return state.evidence(linkId)
    },
  }
  const linker = testLinker(testPolicy({ link_lifetime: '10d', cap: 5000 }), counting)
  const day = 86_400_000
  const count = 2000
  for (let n = 0; n < count; n += 1)
    linker.say(link(`e:x d:${n}`, { logTime: epochMs(Math.floor((n / count) * day)) }))
  const costs: number[] = []
  for (let n = 0; n < 40; n += 1) {
    asked = 0
    // 20 of its devices are free with each.
    const logTime = epochMs(10 * day + Math.floor((((n + 1) * 20 - 1) / count) * day))
    linker.say(link('d:other', { logTime }))
    costs.push(asked)
  }
  expect(linker.state.meta.counters.expired).toBeGreaterThan(700)
  // One look through the whole of it, where its ends are too many to be known.
  expect(costs.toSorted((a, b) => a - b).at(-2)).toBeLessThan(200)
})
