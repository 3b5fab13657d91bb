import { describe, expect, test } from 'vitest'
import type { CompiledSegment } from '#runtime/definition/compiled.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { applyEvent } from '../content/apply-event.ts'
import { emptyContent } from '../content/content.ts'
import { testDefinition, testEvent, testFeature, testTrait } from '../features/testing.ts'
import { evaluateSegments } from './evaluate-segments.ts'
import { nextTimer } from './next-timer.ts'
import { createProfileView } from './profile-reader.ts'
import { given, hour, is, life, rule, segment } from './testing.ts'

describe('a segment', () => {
  test('without exit: in while enter holds', () => {
    const person = life([segment('s')])
    expect(person.see(1, 'red', given)).toEqual([])
    expect(person.see(2, 'green')).toEqual(['entered s by event'])
    expect(person.see(3, 'green')).toEqual([])
    expect(person.see(4, 'red')).toEqual(['exited s by event'])
    expect(person.last.segments.get('s')).toMatchObject({ enteredAt: 2, exitedAt: 4 })
  })

  test('with exit: in until exit holds, and what both hold for does not enter', () => {
    const person = life([segment('s', { enter: is('green', 'both'), exit: is('red', 'both') })])
    expect(person.see(1, 'both', given)).toEqual([])
    person.see(2, 'green')
    expect(person.see(3, 'amber')).toEqual([])
    expect(person.see(4, 'red')).toEqual(['exited s by event'])
    expect(person.see(5, 'amber')).toEqual([])
  })

  test('says what its rule read when it changed', () => {
    const person = life([segment('s')])
    person.see(2, 'green', given)
    expect(person.last.transitions).toEqual([
      { segment: 's', to: 'entered', cause: 'event', because: { light: 'green' }, ruleHash: 'r1' },
    ])
    expect([...person.last.changed.keys()]).toEqual(['s'])
    person.see(3, 'green')
    expect(person.last.changed.size).toBe(0)
  })

  test('unknown never enters and keeps a member', () => {
    const person = life([segment('s')], { maxAgeMs: 10 })
    person.see(1, 'green', given)
    expect(person.evaluate(11, 'timer')).toEqual([])
    expect(person.members).toEqual(['s'])
  })

  test('is not left before its minimum stay, but exactly then', () => {
    const person = life([segment('s', { minStayMs: hour })])
    person.see(1000, 'green', given)
    expect(person.last.nextChangeAt).toBeNull()
    expect(person.see(2000, 'red')).toEqual([])
    expect(person.last.nextChangeAt).toBe(1000 + hour)
    expect(person.evaluate(1000 + hour, 'timer')).toEqual(['exited s by timer'])
    expect(person.last.nextChangeAt).toBeNull()
  })

  test('that changes by time alone says when, at least a millisecond ahead', () => {
    const soon = rule(
      () => false,
      (at) => at,
    )
    const person = life([segment('a', { enter: soon }), segment('b')])
    person.see(5, 'green', given)
    expect(person.last.nextChangeAt).toBe(6)
    expect([...person.last.nextChanges]).toEqual([['a', 6]])
  })
})

describe('a group', () => {
  const first = segment('first', { priority: 1, group: 'g', enter: is('green') })
  const second = segment('second', { priority: 2, group: 'g', enter: is('green', 'amber') })

  test('has at most one member: the first by priority; who leaves comes before who enters', () => {
    const person = life([first, second])
    expect(person.see(1, 'amber', given)).toEqual(['entered second by event'])
    expect(person.see(2, 'green')).toEqual(['exited second by event', 'entered first by event'])
    expect(person.see(3, 'amber')).toEqual(['exited first by event', 'entered second by event'])
    expect(person.see(4, 'red')).toEqual(['exited second by event'])
  })

  test('waits for a minimum stay, then lets the better one in', () => {
    const person = life([first, { ...second, minStayMs: hour }])
    person.see(0, 'amber', given)
    expect(person.see(1, 'green')).toEqual([])
    expect(person.last.nextChangeAt).toBe(hour)
    expect(person.evaluate(hour, 'timer')).toEqual([
      'exited second by timer',
      'entered first by timer',
    ])
  })
})

describe('reasons', () => {
  test('are numbers in 12 digits, moments in ISO, keys in order, and zero where nothing happened', () => {
    const names = ['sum', 'decayed_count', 'last_seen', 'decayed_topk', 'count', 'min'] as const
    const features = names.map((kind) =>
      testFeature(kind, kind === 'count' ? { accepts: () => false } : { value: () => 0.1 }),
    )
    const enter = rule(() => true)
    const always: CompiledSegment = segment('s', {
      enter: { ...enter, evaluate: () => ({ verdict: true, changesAt: null }) },
      readsFeatures: [...names, 'first'],
      readsTraits: ['city'],
    })
    const definition = testDefinition({ features, segments: [always], traits: [testTrait('city')] })
    const content = emptyContent()
    for (const key of ['b', 'a', 'a'])
      applyEvent(
        content,
        testEvent({
          properties: { key },
          traits: { city: 'Jena' },
          consent: { analytics: 'basis' },
        }),
        definition,
      )
    const at = epochMs(30 * 24 * hour)
    const view = createProfileView(content, definition, at)
    const result = evaluateSegments({
      previous: new Map(),
      view,
      definition,
      at,
      cause: 'event',
      fresh: false,
    })
    expect(result.transitions[0]?.because).toEqual({
      sum: 0.3,
      decayed_count: 1.5,
      last_seen: '1970-01-01T00:00:00.000Z',
      decayed_topk: ['a', 'b'],
      count: 0,
      min: 0.1,
      first: null,
      'traits.city': 'Jena',
    })
  })
})

describe('the timer', () => {
  test('is the earlier of the segments and of a trait that gives way', () => {
    const definition = testDefinition({ traits: [testTrait('city', { maxAgeMs: 100 })] })
    const content = emptyContent()
    const say = (at: number, traitKind: 'declared' | 'observed'): void => {
      const event = testEvent({ occurredAt: epochMs(at), traits: { city: 'x' }, traitKind })
      applyEvent(content, event, definition)
    }
    say(0, 'declared')
    expect(nextTimer(null, content, definition, epochMs(1))).toBeNull()
    say(50, 'observed')
    expect(nextTimer(null, content, definition, epochMs(60))).toBe(100)
    expect(nextTimer(epochMs(80), content, definition, epochMs(60))).toBe(80)
    expect(nextTimer(epochMs(60), content, definition, epochMs(60))).toBe(61)
  })
})
