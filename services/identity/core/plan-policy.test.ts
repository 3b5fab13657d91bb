import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { IdentityPolicy } from '#runtime/definition/identity-policy.ts'
import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import type { LinksRecord } from '#runtime/log/links.ts'
import { createMemoryState } from './memory-state.ts'
import { planPolicy, type PolicyPlan } from './plan-policy.ts'
import { dumpState } from './testing/dump.ts'
import { anyHistory } from './testing/histories.ts'
import {
  birthOf,
  command,
  define,
  link,
  namedIn,
  shortOf,
  testLinker,
  type TestLinker,
  testPolicy,
} from './testing/log.ts'
import { createTrial } from './trial-state.ts'

const limitOf = (limit: number): IdentityPolicy =>
  testPolicy({ types: { email: { limit, blocked: [] } } })

const after = (history: readonly LinksRecord[], policy: IdentityPolicy): TestLinker => {
  const linker = testLinker((version) => (version === 2 ? policy : limitOf(2)))
  linker.say(...history)
  return linker
}

/** Identifiers that the log has named, first ones first. */
const everybody = (history: readonly LinksRecord[], { state }: TestLinker): FragmentId[] =>
  [...namedIn(history)]
    .filter((id) => state.node(id)?.component === id)
    .toSorted((a, b) => (state.node(a)?.first ?? 0) - (state.node(b)?.first ?? 0))

const planned = (history: readonly LinksRecord[], policy: IdentityPolicy): PolicyPlan => {
  const linker = after(history, policy)
  return planPolicy(linker.state, everybody(history, linker), {
    policy,
    birthProfileId: birthOf,
    at: epochMs(1e6),
  })
}

type Moved = PolicyPlan['changes'][number]['moved']

const inOrder = (list: Moved): Moved => list.toSorted((a, b) => (a.id < b.id ? -1 : 1))

describe('a plan', () => {
  it('says what parts, in profiles and identifiers', () => {
    expect(planned([link('u:A e:1'), link('u:A e:2'), link('u:B e:3')], limitOf(1))).toEqual({
      commands: ['user_id:A'],
      settled: true,
      changes: [
        {
          kind: 'part',
          before: ['born u:A'],
          after: ['born u:A', 'born e:2'],
          moved: [{ id: 'email:2', from: 'born u:A', to: 'born e:2' }],
        },
      ],
    })
  })

  it('says what merges, and what only changes its id', () => {
    const generous = planned([link('u:A e:1'), link('u:A e:2'), link('u:A e:3')], limitOf(3))
    expect(generous.changes).toMatchObject([
      { kind: 'merge', before: ['born e:3', 'born u:A'], after: ['born u:A'] },
    ])
    const otherwise = planned([link('u:A e:1')], testPolicy({ priority: ['email', 'user_id'] }))
    expect(otherwise.changes).toMatchObject([
      { kind: 'survivor', before: ['born u:A'], after: ['born e:1'] },
    ])
  })

  it('looks again at whoever was freed by what it found', () => {
    const history = [link('u:A e:1'), link('u:A e:2'), link('u:B e:2')]
    const { changes } = planned(history, limitOf(1))
    expect(changes).toMatchObject([{ moved: [{ id: 'email:2', to: 'born u:B' }] }])
  })

  it('finds nothing to do under the policy of the links', () => {
    expect(planned([link('u:A e:1'), link('u:A e:2'), link('u:A e:3')], limitOf(2))).toEqual({
      commands: [],
      changes: [],
      settled: true,
    })
  })

  it('is what its commands do when they come from the log, whatever the history', () => {
    const policy = testPolicy({
      cap: 6,
      types: { email: { limit: 1, blocked: [] }, anonymous_id: { device: false, blocked: [] } },
    })
    fc.assert(
      fc.property(anyHistory, (history) => {
        const plan = planned(history, policy)
        const linker = after(history, policy)
        const before = new Map(
          [...namedIn(history)].map((id) => [id, linker.state.node(id)?.component ?? id]),
        )
        linker.say(define(2))
        for (const id of plan.commands) linker.say(command('reconsider', shortOf(id), { at: 1e6 }))
        const moved = [...before].flatMap(([id, from]) => {
          const to = linker.state.node(id)?.component ?? id
          return to === from ? [] : [{ id, from: birthOf(from), to: birthOf(to) }]
        })
        expect(inOrder(plan.changes.flatMap((change) => change.moved))).toEqual(inOrder(moved))
      }),
      { numRuns: 300 },
    )
  })
})

describe('a trial', () => {
  it('leaves the state alone, and is that state when it is kept', () => {
    const policy = limitOf(2)
    fc.assert(
      fc.property(anyHistory, anyHistory, (before, more) => {
        const named = namedIn([...before, ...more])
        const base = testLinker(policy, createMemoryState())
        base.say(...before)
        const untouched = dumpState(base.state, named)
        const trial = createTrial(base.state)
        testLinker(policy, trial.state).say(...more)
        expect(dumpState(base.state, named)).toBe(untouched)
        const straight = testLinker(policy, createMemoryState())
        straight.say(...before, ...more)
        trial.keep()
        expect(dumpState(base.state, named)).toBe(dumpState(straight.state, named))
      }),
      { numRuns: 300 },
    )
  })
})
