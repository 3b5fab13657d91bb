import { describe } from 'vitest'
import { epochMs } from '#runtime/event/ids.ts'
import type { LinkRecord } from '#runtime/log/links.ts'
import { command, link } from '../testing/log.ts'
import { tell } from '../testing/table.ts'

// Segment Unify, "Identity Resolution Onboarding": priority, limits, blocked values and the shared iPad. What differs is said in the names.

const day = 86_400_000
const onDay = (days: number, set: string): LinkRecord => link(set, { logTime: epochMs(days * day) })

/** Its default: one user_id, five of each other identifier, in this order. */
const unify = {
  priority: ['user_id', 'email', 'anonymous_id'],
  types: {
    user_id: { unique: true, blocked: [] },
    email: { limit: 5, blocked: [] },
    anonymous_id: { limit: 5, blocked: [] },
  },
}
const withLimits = (limits: Readonly<Record<string, string | number>>): typeof unify => ({
  ...unify,
  types: {
    ...unify.types,
    ...Object.fromEntries(
      Object.entries(limits).map(([type, limit]) => [type, { unique: false, limit, blocked: [] }]),
    ),
  },
})

describe('Segment Unify: where an event goes', () => {
  tell([
    {
      name: 'no profile knows its identifiers: a new one',
      policy: unify,
      steps: [[link('u:A d:1'), 'merge shared_event', 'u:A+d:1']],
    },
    {
      name: 'one profile knows some of them: the rest joins it',
      policy: unify,
      steps: [
        [link('u:A d:1'), 'merge shared_event', 'u:A+d:1'],
        [link('u:A e:a d:2'), 'merge shared_event', 'u:A+d:1+d:2+e:a'],
        [link('e:a d:1'), '', 'u:A+d:1+d:2+e:a'],
      ],
    },
    {
      name: 'several profiles know them: one of them all',
      policy: unify,
      steps: [
        [link('e:a d:1'), 'merge shared_event', 'e:a+d:1'],
        [link('u:A d:2'), 'merge shared_event', 'e:a+d:1 | u:A+d:2'],
        [link('u:A e:a'), 'merge shared_event', 'u:A+d:1+d:2+e:a'],
      ],
    },
  ])
})

describe('Segment Unify: priority', () => {
  tell([
    {
      name: 'a second user_id for one address: the address is demoted, the new login is a profile of its own',
      policy: unify,
      steps: [
        [link('u:abc123 e:jane'), 'merge shared_event', 'u:abc123+e:jane'],
        [link('u:abc456 e:jane'), 'refuse unique:user_id', 'u:abc123+e:jane'],
      ],
    },
    {
      name: 'the same where the user_id is not unique but limited to one',
      policy: withLimits({ user_id: 1 }),
      steps: [
        [link('u:abc123 e:jane'), 'merge shared_event', 'u:abc123+e:jane'],
        [link('u:abc456 e:jane'), 'refuse limit:user_id', 'u:abc123+e:jane'],
      ],
    },
    {
      name: 'merge protection costs what is in the way, not whatever ranks lower: the new browser stays with the new login',
      policy: unify,
      steps: [
        [link('u:abc123 e:jane'), 'merge shared_event', 'u:abc123+e:jane'],
        [
          link('u:abc456 e:jane d:1'),
          'demote unique:user_id, merge shared_event',
          'u:abc123+e:jane | u:abc456+d:1',
        ],
      ],
    },
    {
      name: 'the lower-ranked of two is demoted, whichever stands first in the event',
      policy: unify,
      steps: [
        [link('u:A e:a'), 'merge shared_event', 'u:A+e:a'],
        [link('u:B e:b'), 'merge shared_event', 'u:A+e:a | u:B+e:b'],
        [link('e:a u:B'), 'refuse unique:user_id', 'u:A+e:a | u:B+e:b'],
      ],
    },
    {
      name: 'another order of priority, another outcome: where the address ranks first, it keeps what else came with it',
      policy: {
        ...unify,
        priority: ['email', 'user_id', 'anonymous_id'],
        types: { ...unify.types, email: { limit: 1, blocked: [] } },
      },
      steps: [
        [link('e:a u:A'), 'merge shared_event', 'e:a+u:A'],
        [link('e:b u:A d:1'), 'demote limit:email, merge shared_event', 'e:a+u:A | e:b+d:1'],
      ],
    },
  ])
})

describe('Segment Unify: limits', () => {
  tell([
    {
      name: '1 ever: a second value never joins, however late',
      policy: withLimits({ user_id: 1 }),
      steps: [
        [onDay(0, 'u:A e:a'), 'merge shared_event', 'u:A+e:a'],
        [onDay(400, 'u:B e:a'), 'refuse limit:user_id', 'u:A+e:a'],
      ],
    },
    {
      name: '5 ever: the sixth address is left out, and its event’s browser is not',
      policy: unify,
      steps: [
        [link('u:A e:1'), 'merge shared_event', 'u:A+e:1'],
        [link('u:A e:2'), 'merge shared_event', 'u:A+e:1+e:2'],
        [link('u:A e:3'), 'merge shared_event', 'u:A+e:1+e:2+e:3'],
        [link('u:A e:4'), 'merge shared_event', 'u:A+e:1+e:2+e:3+e:4'],
        [link('u:A e:5'), 'merge shared_event', 'u:A+e:1+e:2+e:3+e:4+e:5'],
        [
          link('u:A e:6 d:1'),
          'demote limit:email, merge shared_event',
          'u:A+d:1+e:1+e:2+e:3+e:4+e:5',
        ],
        [link('u:A e:3'), '', 'u:A+d:1+e:1+e:2+e:3+e:4+e:5'],
      ],
    },
    {
      name: '1 weekly: the second browser of a week is left out, the next week’s joins',
      policy: withLimits({ anonymous_id: '1 per 7d' }),
      steps: [
        [onDay(0, 'u:A d:1'), 'merge shared_event', 'u:A+d:1'],
        [onDay(3, 'u:A d:2'), 'refuse limit:anonymous_id', 'u:A+d:1'],
        [onDay(8, 'u:A d:3'), 'merge shared_event', 'u:A+d:1+d:3'],
      ],
    },
    {
      name: 'a browser that is still in use counts in its week, one that is not does not',
      policy: withLimits({ anonymous_id: '2 per 7d' }),
      steps: [
        [onDay(0, 'u:A d:1'), 'merge shared_event', 'u:A+d:1'],
        [onDay(1, 'u:A d:2'), 'merge shared_event', 'u:A+d:1+d:2'],
        [onDay(6, 'u:A d:1'), '', 'u:A+d:1+d:2'],
        [onDay(9, 'u:A d:3'), 'merge shared_event', 'u:A+d:1+d:2+d:3'],
        [onDay(10, 'u:A d:4'), 'refuse limit:anonymous_id', 'u:A+d:1+d:2+d:3'],
      ],
    },
    {
      name: 'a profile that an operator made larger than its week still takes in what is old',
      policy: withLimits({ anonymous_id: '2 per 7d' }),
      steps: [
        [onDay(0, 'e:old d:9'), 'merge shared_event', 'e:old+d:9'],
        [onDay(20, 'u:A d:1'), 'merge shared_event', 'e:old+d:9 | u:A+d:1'],
        [onDay(20, 'u:A d:2'), 'merge shared_event', 'e:old+d:9 | u:A+d:1+d:2'],
        [
          command('merge', 'u:A d:3', { at: 20 * day }),
          'merge command',
          'e:old+d:9 | u:A+d:1+d:2+d:3',
        ],
        [onDay(21, 'u:A d:4'), 'refuse limit:anonymous_id', 'e:old+d:9 | u:A+d:1+d:2+d:3'],
        [onDay(21, 'u:A e:old'), 'merge shared_event', 'u:A+d:1+d:2+d:3+d:9+e:old'],
      ],
    },
    {
      name: 'two profiles that together exceed a limit do not merge over what ranks lowest',
      policy: withLimits({ email: 2 }),
      steps: [
        [link('u:A e:1'), 'merge shared_event', 'u:A+e:1'],
        [link('u:A e:2'), 'merge shared_event', 'u:A+e:1+e:2'],
        [link('e:3 d:1'), 'merge shared_event', 'e:3+d:1 | u:A+e:1+e:2'],
        [link('u:A d:1'), 'refuse limit:email', 'e:3+d:1 | u:A+e:1+e:2'],
      ],
    },
    {
      name: 'two shops with accounts of their own: one address, two user_ids',
      policy: withLimits({ user_id: 2, email: 1 }),
      steps: [
        [link('u:shop e:a'), 'merge shared_event', 'u:shop+e:a'],
        [link('u:uuid e:a'), 'merge shared_event', 'u:shop+e:a+u:uuid'],
        [link('u:other e:a'), 'refuse limit:user_id', 'u:shop+e:a+u:uuid'],
      ],
    },
  ])
})

describe('Segment Unify: values that are nobody’s', () => {
  tell([
    {
      name: 'a blocked user_id makes no profile, and what else the event names still links',
      policy: unify,
      steps: [
        [link('!u:anonymous e:a d:1'), 'block builtin:test, merge shared_event', 'e:a+d:1'],
        [
          link('!u:anonymous e:b d:2'),
          'block builtin:test, merge shared_event',
          'e:a+d:1 | e:b+d:2',
        ],
      ],
    },
    {
      name: 'an event of blocked values alone says nothing',
      policy: unify,
      steps: [[link('!u:-1 !d:0'), 'block builtin:test, block builtin:test', '']],
    },
    {
      name: 'the iPad of the shop: after the second customer it is nobody’s, and each keeps her own',
      policy: unify,
      steps: [
        [link('u:A e:a d:ipad'), 'merge shared_event', 'u:A+d:ipad+e:a'],
        [
          link('u:B e:b d:ipad'),
          'ambiguous ambiguous_device, merge shared_event',
          'u:A+e:a | u:B+e:b',
        ],
        [
          link('u:C e:c d:ipad'),
          'ambiguous ambiguous_device, merge shared_event',
          'u:A+e:a | u:B+e:b | u:C+e:c',
        ],
      ],
    },
  ])
})
