import { describe, expect, test } from 'vitest'
import type { CompiledRule } from '#runtime/definition/compiled.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { emptyContent } from '../content/content.ts'
import { testDefinition, testFeature } from '../features/testing.ts'
import { createProfileView } from './profile-reader.ts'
import { given, hour, is, life, segment } from './testing.ts'

describe('a definition', () => {
  test('that changes a rule decides anew and says so; what stays takes the new rule silently', () => {
    const person = life([segment('s'), segment('t')])
    person.see(1, 'green', given)
    person.redefine([
      segment('s', { enter: is('red'), ruleHash: 'r2' }),
      segment('t', { ruleHash: 'r2' }),
    ])
    expect(person.evaluate(2, 'event')).toEqual(['exited s by define'])
    expect(person.last.segments.get('t')).toMatchObject({
      member: true,
      enteredAt: 1,
      ruleHash: 'r2',
      definition: 2,
    })
    expect([...person.last.changed.keys()]).toEqual(['s', 't'])
  })

  test('under whose new rule a member is unknown does not keep it', () => {
    const person = life([segment('s')], { maxAgeMs: 10 })
    person.see(1, 'green', given)
    person.redefine([segment('s', { ruleHash: 'r2' })])
    expect(person.evaluate(20, 'define')).toEqual(['exited s by define'])
  })

  test('without the segment ends it, with a closing row', () => {
    const person = life([segment('s'), segment('t')])
    person.see(1, 'green', given)
    person.redefine([segment('t')])
    expect(person.evaluate(2, 'event')).toEqual(['exited s by define'])
    expect(person.last.changed.get('s')).toMatchObject({ member: false, exitedAt: 2, because: {} })
    expect(person.last.segments.has('s')).toBe(false)
    expect(person.evaluate(3)).toEqual([])
  })
})

describe('other members', () => {
  test('decide anew: a stay that rested on someone else ends', () => {
    const stays = { exit: is('red'), minStayMs: hour }
    const person = life([segment('s', stays)])
    person.see(1, 'green', given)
    person.see(2, 'amber')
    expect(person.members).toEqual(['s'])
    expect(person.evaluate(3, 'split', true)).toEqual(['exited s by split'])
  })

  test('and data that went away leave nobody in by what is not known any more', () => {
    const person = life([segment('s')])
    person.see(1, 'green', given)
    person.forget()
    expect(person.evaluate(2, 'erasure')).toEqual(['exited s by erasure'])
  })
})

describe('consent', () => {
  test('a purpose that is not given has no members; withdrawn, they leave though their stay is not over', () => {
    const person = life([segment('s', { purpose: 'marketing', minStayMs: hour })])
    expect(person.see(1, 'green', { analytics: 'granted' })).toEqual([])
    expect(person.see(2, null, { marketing: 'basis' })).toEqual(['entered s by event'])
    expect(person.see(3, null, { marketing: 'denied' })).toEqual(['exited s by event'])
    expect(person.last.changed.get('s')?.because).toEqual({ 'consent.marketing': 'denied' })
    expect(person.last.nextChangeAt).toBeNull()
    expect(person.see(4, null, { marketing: 'granted' })).toEqual(['entered s by event'])
  })

  test('withdrawn for what a rule reads: unknown, so out, and its values are shown no more', () => {
    const person = life([segment('s', { purpose: 'marketing' })])
    person.see(1, 'green', given)
    expect(person.see(2, null, { analytics: 'denied' })).toEqual(['exited s by event'])
    expect(person.last.changed.get('s')?.because).toEqual({ light: null })
  })

  test('withdrawn for what a rule reads: no minimum stay keeps anybody in', () => {
    const person = life([segment('s', { purpose: 'marketing', minStayMs: hour })])
    person.see(1, 'green', given)
    expect(person.see(2, null, { analytics: 'denied' })).toEqual(['exited s by event'])
  })

  test('withdrawn for what let somebody in: out, though the exit reads nothing of it', () => {
    const never: CompiledRule = {
      ...is('red'),
      evaluate: () => ({ verdict: false, changesAt: null }),
    }
    const person = life([segment('s', { purpose: 'marketing', exit: never })])
    person.see(1, 'green', given)
    person.see(2, 'amber')
    expect(person.members).toEqual(['s'])
    expect(person.see(3, null, { analytics: 'denied' })).toEqual(['exited s by event'])
  })

  test('withdrawn later, old reasons lose their values', () => {
    const person = life([segment('s', { purpose: 'marketing' })])
    person.see(1, 'green', given)
    person.see(2, 'red')
    expect(person.last.segments.get('s')?.because).toEqual({ light: 'red' })
    expect(person.see(3, null, { analytics: 'denied' })).toEqual([])
    expect(person.last.changed.get('s')?.because).toEqual({ light: null })
  })

  test('a withheld count is unknown, not zero', () => {
    const orders = testFeature('count', { name: 'orders', purpose: 'marketing' })
    const definition = testDefinition({ features: [orders], purposes: ['marketing'] })
    const view = createProfileView(emptyContent(), definition, epochMs(1))
    expect(view.feature('orders')).toMatchObject({ kind: 'constant', staleAt: -Infinity })
    expect(view.feature('other')).toEqual({ kind: 'absent' })
  })
})
