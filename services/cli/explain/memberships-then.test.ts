import { expect, test } from 'vitest'
import { definitionVersion, epochMs } from '#runtime/event/ids.ts'
import { keenOfViews, testDefinition } from '../../../test/support/fold/definition.ts'
import type { Membership } from '../../profiles/core/state.ts'
import { membershipsThen } from './memberships-then.ts'
import type { Turn, Turns } from './read-turns.ts'

const definition = testDefinition(3, keenOfViews(1))
const iso = (n: number): string => new Date(n).toISOString()
const turn = (to: 'entered' | 'exited', at: number): Turn => ({
  to,
  at: iso(at),
  cause: 'event',
  rule_version: '1',
  because: { views: 2 },
})
const none: Turns = { last: null, next: null, entered_at: null, exited_at: null }
const now = (enteredAt: number | null, exitedAt: number | null, member: boolean): Membership => ({
  member,
  enteredAt: enteredAt === null ? null : epochMs(enteredAt),
  exitedAt: exitedAt === null ? null : epochMs(exitedAt),
  ruleHash: 'of now',
  definition: definitionVersion(9),
  because: { views: 7 },
})

/** As of 100. */
const then = (turns: Turns | null, held: Membership | null): Membership | undefined =>
  membershipsThen(
    definition,
    new Map(turns === null ? [] : [['keen', turns]]),
    new Map(held === null ? [] : [['keen', held]]),
    epochMs(100),
  ).get('keen')

test('the last entry or exit says whether it was in, under the rule of then', () => {
  const entered = { ...none, last: turn('entered', 50), entered_at: iso(50), exited_at: iso(40) }
  expect(then(entered, now(150, 120, true))).toEqual({
    member: true,
    enteredAt: 50,
    exitedAt: 40,
    ruleHash: definition.segments[0]?.ruleHash,
    definition: 3,
    because: { views: 2 },
  })
  const exited = { ...none, last: turn('exited', 60), entered_at: iso(50), exited_at: iso(60) }
  expect(then(exited, now(150, 60, true))).toMatchObject({ member: false, exitedAt: 60 })
})

test('where none by then is kept, the next one tells what was before it', () => {
  expect(then({ ...none, next: turn('exited', 130) }, now(20, 130, false))).toMatchObject({
    member: true,
    enteredAt: 20,
    exitedAt: null,
    because: {},
  })
  expect(then({ ...none, next: turn('entered', 130) }, now(130, null, true))).toBeUndefined()
})

test('where there is none at all, the membership of now tells what of it is as old', () => {
  expect(then(null, now(20, null, true))).toMatchObject({ member: true, enteredAt: 20 })
  expect(then(null, now(20, 30, false))).toMatchObject({ member: false, exitedAt: 30 })
  expect(then(null, now(20, 130, false))).toMatchObject({ member: true, exitedAt: null })
  expect(then(null, now(130, null, true))).toBeUndefined()
  expect(then(null, null)).toBeUndefined()
})
