import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { IdentityPolicy } from '#runtime/definition/identity-policy.ts'
import type { FragmentId } from '#runtime/event/ids.ts'
import type { LinksRecord } from '#runtime/log/links.ts'
import type { LinkerEffect } from './effects.ts'
import { anyHistory, plainHistory } from './testing/histories.ts'
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
  decisionsIn,
} from './testing/log.ts'

const oneAddress = testPolicy({ types: { email: { limit: 1, blocked: [] } } })
const twoAddresses = testPolicy({ types: { email: { limit: 2, blocked: [] } } })

/** Version 1 is the first policy, version 2 the other. */
const changing = (before: IdentityPolicy, after: IdentityPolicy): TestLinker =>
  testLinker((version) => (version === 2 ? after : before))

const assigned = (effects: readonly LinkerEffect[]): readonly string[] =>
  effects.flatMap((effect) => (effect.kind === 'assign' ? [effect.fragment] : []))

describe('to reconsider a profile', () => {
  it('parts what a stricter policy would not have joined, and says so once', () => {
    const linker = changing(twoAddresses, oneAddress)
    linker.say(link('u:A e:1'), link('u:A e:2'), define(2))
    const effects = linker.say(command('reconsider', 'u:A'))
    expect(linker.profiles()).toEqual(['e:1 u:A'])
    expect(assigned(effects)).toEqual(['email:2'])
    expect(decisionsIn(effects)).toMatchObject([
      { outcome: 'split', rule: 'command', before: ['born u:A'], after: ['born u:A', 'born e:2'] },
    ])
  })

  it('joins what a more generous policy would have joined', () => {
    const linker = changing(oneAddress, twoAddresses)
    linker.say(link('u:A e:1'), link('u:A e:2'), define(2), command('reconsider', 'u:A'))
    expect(linker.profiles()).toEqual(['e:1 e:2 u:A'])
  })

  it('chooses the survivor by the priority in force', () => {
    const linker = changing(testPolicy(), testPolicy({ priority: ['email', 'user_id'] }))
    linker.say(link('u:A e:1'), define(2), command('reconsider', 'u:A'))
    expect(linker.profileOf('u:A')).toBe('born e:1')
  })

  it('lets a device speak again that is no device any more', () => {
    const linker = changing(
      testPolicy(),
      testPolicy({ types: { anonymous_id: { device: false, blocked: [] } } }),
    )
    linker.say(link('u:A d:1'), link('u:B d:1'), define(2))
    expect(linker.profiles()).toEqual([])
    linker.say(command('reconsider', 'd:1'))
    expect(linker.profiles()).toEqual(['d:1 u:A'])
  })

  it('keeps what operators parted and what they merged', () => {
    const linker = testLinker()
    linker.say(
      link('u:A e:1'),
      link('e:1 d:1'),
      link('e:1 d:2'),
      command('split', 'e:1'),
      command('merge', 'u:A u:B'),
      command('reconsider', 'u:A e:1 d:1'),
    )
    expect(linker.profiles()).toEqual(['d:1 d:2 u:A u:B'])
  })

  it('says that nothing changes when nothing does', () => {
    const linker = testLinker()
    linker.say(link('u:A e:1'))
    const effects = linker.say(command('reconsider', 'u:A'))
    expect(assigned(effects)).toEqual([])
    expect(decisionsIn(effects)).toMatchObject([{ outcome: 'refuse', rule: 'command' }])
  })

  it('under the policy of its links changes nothing, whatever the history', () => {
    const policy = testPolicy({ cap: 7, types: { email: { limit: 2, blocked: [] } } })
    fc.assert(
      fc.property(anyLinks, (history) => {
        const linker = testLinker(policy)
        linker.say(...history)
        const before = whole(linker, history)
        const everybody = [...namedIn(history)].map(shortOf).join(' ')
        fc.pre(everybody !== '')
        const effects = linker.say(command('reconsider', everybody))
        expect(whole(linker, history)).toEqual(before)
        expect(assigned(effects)).toEqual([])
      }),
      { numRuns: 400 },
    )
  })

  it('gives what the log would have given under the new policy from its start', () => {
    const before = testPolicy({ cap: 5, types: { email: { limit: 1, blocked: [] } } })
    const after = testPolicy({ cap: 9, types: { email: { limit: 3, blocked: [] } } })
    fc.assert(
      fc.property(anyLinks, fc.boolean(), (history, stricter) => {
        const [old, next] = stricter ? [after, before] : [before, after]
        const linker = changing(old, next)
        linker.say(...history, define(2))
        const everybody = [...namedIn(history)].map(shortOf).join(' ')
        fc.pre(everybody !== '')
        linker.say(command('reconsider', everybody))
        const fromTheStart = testLinker(next)
        fromTheStart.say(...history)
        expect(whole(linker, history)).toEqual(whole(fromTheStart, history))
      }),
      { numRuns: 400 },
    )
  })

  it('tells the homes what the state says, also with operators, erasures and a part of the profiles', () => {
    fc.assert(
      fc.property(anyHistory, fc.nat(), (history, pick) => {
        const linker = changing(twoAddresses, oneAddress)
        const names = [...namedIn(history)].map(shortOf)
        fc.pre(names.length > 0)
        const effects = linker.say(
          ...history,
          define(2),
          command('reconsider', names[pick % names.length] ?? ''),
        )
        const homes = new Map<FragmentId, string>()
        for (const effect of effects)
          if (effect.kind === 'assign') homes.set(effect.fragment, effect.profile)
        for (const id of namedIn(history))
          expect(homes.get(id) ?? birthOf(id)).toBe(birthOf(linker.state.node(id)?.component ?? id))
      }),
      { numRuns: 400 },
    )
  })
})

const anyLinks = plainHistory.map((history) => history.filter(({ kind }) => kind === 'link'))

/** Where every identifier is, and what is no evidence. */
const whole = ({ state }: TestLinker, history: readonly LinksRecord[]): unknown =>
  [...namedIn(history)].map((id) => [id, state.node(id)?.component, state.node(id)?.excluded])
