import { describe, expect, it } from 'vitest'
import { epochMs } from '#runtime/event/ids.ts'
import type { LinkRecord, LinksRecord } from '#runtime/log/links.ts'
import { command, link, testLinker, testPolicy } from './testing/log.ts'
import { decisionsOf } from './testing/table.ts'

const day = 86_400_000
const onDay = (set: string, days: number): LinkRecord => link(set, { logTime: epochMs(days * day) })
const event = (eventType: LinkRecord['eventType'], set: string): LinkRecord =>
  link(set, { eventType })

interface Scenario {
  readonly name: string
  readonly policy?: Parameters<typeof testPolicy>[0]
  readonly log: readonly LinksRecord[]
  /** Profiles of two and more identifiers. */
  readonly profiles: readonly string[]
  /** Decisions as `outcome rule`, in order. */
  readonly decisions?: readonly string[]
}

const scenarios: readonly Scenario[] = [
  {
    name: 'login then logout on one device: the device stays with the person',
    log: [link('u:A e:a d:1'), link('u:A d:1'), link('e:a d:1')],
    profiles: ['d:1 e:a u:A'],
    decisions: ['merge shared_event'],
  },
  {
    name: 'household: two logins on one browser never merge, and the browser is nobody’s',
    log: [link('u:A d:1'), link('u:B d:1')],
    profiles: [],
    decisions: ['merge shared_event', 'ambiguous ambiguous_device'],
  },
  {
    name: 'household: what else each of them has stays with each of them',
    log: [link('u:A e:a d:1'), link('u:A d:2'), link('u:B e:b d:1'), link('u:B d:3')],
    profiles: ['d:2 e:a u:A', 'd:3 e:b u:B'],
  },
  {
    name: 'household: an address seen on the shared browser before its owner is known goes to its owner',
    log: [link('e:b d:1'), link('u:A d:1'), link('u:B e:b')],
    profiles: ['e:b u:B'],
  },
  {
    name: 'household: two addresses behind one browser part when both owners are known',
    log: [link('e:a d:1'), link('e:b d:1'), link('u:A e:a'), link('u:B e:b')],
    profiles: ['e:a u:A', 'e:b u:B'],
  },
  {
    name: 'a shared browser is no evidence for anybody who comes later',
    log: [link('u:A d:1'), link('u:B d:1'), link('u:C d:1'), link('e:x d:1')],
    profiles: [],
    decisions: [
      'merge shared_event',
      'ambiguous ambiguous_device',
      'ambiguous ambiguous_device',
      'ambiguous ambiguous_device',
    ],
  },
  {
    name: 'an alias names a browser and one login: that is no word about the browser’s other user',
    log: [link('u:A d:1'), event('aliased', 'u:B d:1')],
    profiles: [],
  },
  {
    name: 'an alias of two logins joins them',
    log: [link('u:A d:1'), event('aliased', 'u:A u:B'), link('u:B d:1')],
    profiles: ['d:1 u:A u:B'],
    decisions: ['merge shared_event', 'merge authoritative'],
  },
  {
    name: 'a CRM’s record merge joins two records with all that they have',
    log: [link('c:1 e:a'), link('c:2 e:b'), event('contact_merged', 'c:1 c:2')],
    profiles: ['c:1 c:2 e:a e:b'],
  },
  {
    name: 'an ordinary event may name two logins and still not join them',
    log: [link('u:A u:B e:a')],
    profiles: ['e:a u:A'],
    decisions: ['demote unique:user_id', 'merge shared_event'],
  },
  {
    name: 'junk joins nobody',
    log: [link('u:A !e:test'), link('u:B !e:test')],
    profiles: [],
    decisions: ['block builtin:test', 'block builtin:test'],
  },
  {
    name: 'two addresses of one login are one person',
    log: [link('u:A e:1'), link('u:A e:2')],
    profiles: ['e:1 e:2 u:A'],
  },
  {
    name: 'an address with an owner is demoted from another login’s link, and the rest still links',
    log: [link('u:A e:1'), link('u:B e:1 d:1')],
    profiles: ['d:1 u:B', 'e:1 u:A'],
    decisions: ['merge shared_event', 'demote unique:user_id', 'merge shared_event'],
  },
  {
    name: 'a late link joins two old profiles',
    log: [link('e:a d:1'), link('e:b d:2'), link('e:a e:b')],
    profiles: ['d:1 d:2 e:a e:b'],
  },
  {
    name: 'the sixth address is demoted',
    log: [1, 2, 3, 4, 5, 6].map((n) => link(`u:A e:${n} d:${n}`)),
    profiles: ['d:1 d:2 d:3 d:4 d:5 d:6 e:1 e:2 e:3 e:4 e:5 u:A'],
  },
  {
    name: 'a limit with a window counts what was seen in the window',
    policy: { types: { anonymous_id: { limit: '2 per 30d', blocked: [] } } },
    log: [onDay('u:A d:1', 0), onDay('u:A d:2', 1), onDay('u:A d:3', 2), onDay('u:A d:4', 31.5)],
    profiles: ['d:1 d:2 d:4 u:A'],
    decisions: [
      'merge shared_event',
      'merge shared_event',
      'refuse limit:anonymous_id',
      'merge shared_event',
    ],
  },
  {
    name: 'a profile takes no more identifiers than the cap',
    policy: { cap: 3 },
    log: [link('u:A e:1'), link('u:A d:1'), link('u:A d:2')],
    profiles: ['d:1 e:1 u:A'],
  },
  {
    name: 'an operator’s merge joins two logins, and a split takes it back',
    log: [
      link('u:A d:1'),
      link('u:B d:2'),
      command('merge', 'u:A u:B'),
      command('split', 'u:B d:2'),
    ],
    profiles: ['d:1 u:A', 'd:2 u:B'],
  },
  {
    name: 'what was split does not come back by the same evidence',
    log: [link('u:A e:1'), command('split', 'e:1'), link('u:A e:1 d:1')],
    profiles: ['d:1 u:A'],
    decisions: ['merge shared_event', 'split command', 'demote split', 'merge shared_event'],
  },
  {
    name: 'what was split off leaves the rest together, also when it was all that held it',
    log: [
      link('e:1 d:1'),
      link('e:1 d:2'),
      command('split', 'e:1'),
      link('u:A d:1'),
      link('u:A d:3'),
    ],
    profiles: ['d:1 d:2 d:3 u:A'],
  },
  {
    name: 'an unsplit lets the evidence speak again',
    log: [link('u:A e:1'), command('split', 'e:1'), command('unsplit', 'e:1')],
    profiles: ['e:1 u:A'],
  },
  {
    name: 'an operator’s merge lifts a split',
    log: [link('u:A e:1'), command('split', 'e:1'), command('merge', 'u:A e:1')],
    profiles: ['e:1 u:A'],
  },
]

describe('the rules, as histories', () => {
  it.each(scenarios)('$name', ({ policy, log, profiles, decisions }) => {
    const linker = testLinker(testPolicy(policy))
    const made = decisionsOf(linker.say(...log))
    expect(linker.profiles()).toEqual(profiles)
    expect(made).toEqual(decisions ?? made)
  })
})

describe('the representative', () => {
  it('is the best type, whoever came first', () => {
    const linker = testLinker()
    linker.say(link('e:a d:1'))
    expect(linker.profileOf('d:1')).toBe('born e:a')
    const effects = linker.say(link('u:A d:1'))
    expect(effects.filter(({ kind }) => kind === 'assign')).toEqual([
      { kind: 'assign', fragment: 'email:a', profile: 'born u:A' },
      { kind: 'assign', fragment: 'anonymous_id:1', profile: 'born u:A' },
    ])
  })

  it('is, of equals, the first in the log', () => {
    const linker = testLinker()
    linker.say(link('e:z d:1'), link('e:a d:2'), link('e:a e:z'))
    expect(linker.profileOf('d:2')).toBe('born e:z')
  })

  it('comes back when what outranked it is split off', () => {
    const linker = testLinker()
    linker.say(link('e:a d:1'), link('u:A d:1'), command('split', 'u:A'))
    expect(linker.profileOf('d:1')).toBe('born e:a')
    expect(linker.profileOf('u:A')).toBe('born u:A')
  })
})
