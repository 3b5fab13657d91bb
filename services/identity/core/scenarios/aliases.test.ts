import { describe } from 'vitest'
import type { LinkRecord } from '#runtime/log/links.ts'
import { command, link } from '../testing/log.ts'
import { tell } from '../testing/table.ts'

// What other systems say of identify, alias and merge: Segment's and RudderStack's specifications, Mixpanel's and PostHog's documentation of
// identified people, mParticle's identity strategies, Customer.io's merging of duplicate people. Where ours differs, the name says how.

const alias = (set: string): LinkRecord => link(set, { eventType: 'aliased' })
const recordMerge = (set: string): LinkRecord => link(set, { eventType: 'contact_merged' })

describe('identify and alias (Segment, RudderStack, Mixpanel)', () => {
  tell([
    {
      name: 'identify takes the visitor’s history to the login',
      steps: [
        [link('d:1'), '', ''],
        [link('u:A d:1'), 'merge shared_event', 'u:A+d:1'],
      ],
    },
    {
      name: 'alias before identify, and identify then says nothing new',
      steps: [
        [alias('u:A d:1'), 'merge shared_event', 'u:A+d:1'],
        [link('u:A d:1'), '', 'u:A+d:1'],
      ],
    },
    {
      name: 'alias after identify comes to the same',
      steps: [
        [link('u:A d:1'), 'merge shared_event', 'u:A+d:1'],
        [alias('u:A d:1'), '', 'u:A+d:1'],
      ],
    },
    {
      name: 'alias of a login that nobody has used yet',
      steps: [
        [alias('u:new u:old'), 'merge authoritative', 'u:new+u:old'],
        [link('u:old d:1'), 'merge shared_event', 'u:new+d:1+u:old'],
      ],
    },
    {
      name: 'an id that is aliased to itself is one identifier, and no evidence',
      steps: [[alias('u:A u:A'), '', '']],
    },
    {
      name: 'aliases in a circle are one person, and the last one says nothing new',
      steps: [
        [alias('u:A u:B'), 'merge authoritative', 'u:A+u:B'],
        [alias('u:B u:C'), 'merge authoritative', 'u:A+u:B+u:C'],
        [alias('u:C u:A'), '', 'u:A+u:B+u:C'],
      ],
    },
    {
      name: 'one visitor on two devices, joined by the login on each',
      steps: [
        [link('e:a d:1'), 'merge shared_event', 'e:a+d:1'],
        [link('u:A d:2'), 'merge shared_event', 'e:a+d:1 | u:A+d:2'],
        [link('u:A d:1'), 'merge shared_event', 'u:A+d:1+d:2+e:a'],
      ],
    },
  ])
})

describe('people who are identified already (PostHog, Mixpanel)', () => {
  tell([
    {
      name: 'identify does not turn one login into another: the browser between them is nobody’s',
      steps: [
        [link('u:A d:1'), 'merge shared_event', 'u:A+d:1'],
        [link('u:B d:1'), 'ambiguous ambiguous_device', ''],
      ],
    },
    {
      name: 'an alias of a browser that has a login already is no word about that login',
      steps: [
        [link('u:A e:a d:1'), 'merge shared_event', 'u:A+d:1+e:a'],
        [alias('u:B d:1'), 'ambiguous ambiguous_device', 'u:A+e:a'],
      ],
    },
    {
      name: 'a merge in spite of that is an operator’s, and here it can be taken back',
      steps: [
        [link('u:A e:a'), 'merge shared_event', 'u:A+e:a'],
        [link('u:B e:b'), 'merge shared_event', 'u:A+e:a | u:B+e:b'],
        [command('merge', 'u:A u:B'), 'merge command', 'u:A+e:a+e:b+u:B'],
        [command('split', 'u:B e:b'), 'split command', 'u:A+e:a | u:B+e:b'],
      ],
    },
    {
      name: 'two visitors that an alias joins, then one login',
      steps: [
        [alias('d:1 d:2'), 'merge shared_event', 'd:1+d:2'],
        [link('u:A d:2'), 'merge shared_event', 'u:A+d:1+d:2'],
      ],
    },
    {
      name: 'everybody is called anonymous: a junk id joins nobody and is no login',
      steps: [
        [link('!u:anonymous d:1'), 'block builtin:test', ''],
        [link('!u:anonymous d:2'), 'block builtin:test', ''],
        [alias('u:A !u:anonymous'), 'block builtin:test', ''],
      ],
    },
  ])
})

describe('login and logout (mParticle, Segment, Amplitude)', () => {
  tell([
    {
      name: 'login, logout, browsing on: the device stays with the only person who used it',
      steps: [
        [link('u:A e:a d:1'), 'merge shared_event', 'u:A+d:1+e:a'],
        [link('d:1'), '', 'u:A+d:1+e:a'],
        [link('e:new d:1'), 'merge shared_event', 'u:A+d:1+e:a+e:new'],
      ],
    },
    {
      name: 'a logout that gives the browser a new id keeps two people apart without any rule',
      steps: [
        [link('u:A d:1'), 'merge shared_event', 'u:A+d:1'],
        [link('d:2'), '', 'u:A+d:1'],
        [link('u:B d:2'), 'merge shared_event', 'u:A+d:1 | u:B+d:2'],
      ],
    },
    {
      name: 'login, logout, another one’s login: neither gets the other’s address, and the browser no more of anybody’s',
      steps: [
        [link('u:A e:a d:1'), 'merge shared_event', 'u:A+d:1+e:a'],
        [
          link('u:B e:b d:1'),
          'ambiguous ambiguous_device, merge shared_event',
          'u:A+e:a | u:B+e:b',
        ],
        [link('u:A e:a d:1'), 'ambiguous ambiguous_device', 'u:A+e:a | u:B+e:b'],
      ],
    },
    {
      name: 'an address typed on the shared browser before either of them logged in goes to its owner',
      steps: [
        [link('e:b d:1'), 'merge shared_event', 'e:b+d:1'],
        [link('u:A d:1'), 'merge shared_event', 'u:A+d:1+e:b'],
        [link('u:B e:b'), 'ambiguous ambiguous_device, merge shared_event', 'u:B+e:b'],
        [link('u:A d:2'), 'merge shared_event', 'u:A+d:2 | u:B+e:b'],
      ],
    },
  ])
})

describe('duplicate people (Customer.io, HubSpot, Salesforce)', () => {
  tell([
    {
      name: 'a record merge joins primary and secondary, and what comes under the secondary’s id later too',
      steps: [
        [link('c:1 e:a'), 'merge shared_event', 'c:1+e:a'],
        [link('c:2 e:b'), 'merge shared_event', 'c:1+e:a | c:2+e:b'],
        [recordMerge('c:1 c:2'), 'merge authoritative', 'c:1+c:2+e:a+e:b'],
        [link('c:2 p:2'), 'merge shared_event', 'c:1+c:2+e:a+e:b+p:2'],
      ],
    },
    {
      name: 'an address that another record has: it stays there',
      steps: [
        [link('c:1 e:a'), 'merge shared_event', 'c:1+e:a'],
        [link('c:2 e:a'), 'refuse unique:crm_id', 'c:1+e:a'],
      ],
    },
    {
      name: 'a record merge over different logins joins the records, and says nothing of the logins that it does not name',
      steps: [
        [link('c:1 u:A'), 'merge shared_event', 'c:1+u:A'],
        [link('c:2 u:B'), 'merge shared_event', 'c:1+u:A | c:2+u:B'],
        [recordMerge('c:1 c:2'), 'merge authoritative', 'c:1+c:2+u:A+u:B'],
      ],
    },
    {
      name: 'merged twice: the record merge that comes again says nothing',
      steps: [
        [link('c:1 e:a'), 'merge shared_event', 'c:1+e:a'],
        [recordMerge('c:1 c:2'), 'merge authoritative', 'c:1+c:2+e:a'],
        [recordMerge('c:2 c:1'), '', 'c:1+c:2+e:a'],
      ],
    },
    {
      name: 'a wrong record merge is taken back: each side as it was',
      steps: [
        [link('c:1 e:a'), 'merge shared_event', 'c:1+e:a'],
        [link('c:2 e:b'), 'merge shared_event', 'c:1+e:a | c:2+e:b'],
        [recordMerge('c:1 c:2'), 'merge authoritative', 'c:1+c:2+e:a+e:b'],
        [command('split', 'c:2 e:b'), 'split command', 'c:1+e:a | c:2+e:b'],
        [recordMerge('c:1 c:2'), 'refuse split', 'c:1+e:a | c:2+e:b'],
      ],
    },
  ])
})
