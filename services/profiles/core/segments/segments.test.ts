import { describe, expect, test } from 'vitest'
import type {
  CompiledDefinition,
  CompiledFeature,
  CompiledRule,
  CompiledSegment,
  ProfileReader,
  Verdict,
} from '#runtime/definition/compiled.ts'
import type { ConsentState } from '#runtime/event/event.ts'
import { type EpochMs, epochMs } from '#runtime/event/ids.ts'
import type { TransitionCause } from '#schemas/clickhouse/rows.ts'
import { applyEvent } from '../content/apply-event.ts'
import { emptyContent } from '../content/content.ts'
import type { Summed } from '../content/sum-contents.ts'
import { testDefinition, testEvent, testFeature, testTrait } from '../features/testing.ts'
import type { Membership } from '../state.ts'
import { evaluateSegments, type SegmentsResult } from './evaluate-segments.ts'
import { nextTimer } from './next-timer.ts'
import { createProfileView } from './profile-reader.ts'

const hour = 3_600_000

function light(profile: ProfileReader, at: EpochMs): unknown {
  const reading = profile.feature('light')
  if (reading.kind !== 'constant') return 'unknown'
  return reading.staleAt !== null && at >= reading.staleAt ? 'unknown' : reading.value
}

/** Rules of these tests read one traffic light; absent or stale it is unknown. */
function rule(
  holds: (light: unknown, at: EpochMs) => Verdict,
  changesAt: (at: EpochMs) => number | null = () => null,
): CompiledRule {
  return {
    source: '',
    readsFeatures: ['light'],
    readsTraits: [],
    evaluate(profile, at) {
      const seen = light(profile, at)
      const next = changesAt(at)
      return {
        verdict: seen === 'unknown' ? 'unknown' : holds(seen, at),
        changesAt: next === null ? null : epochMs(next),
      }
    },
  }
}

const is = (...words: readonly string[]): CompiledRule =>
  rule((light) => words.includes(String(light)))

const segment = (name: string, overrides: Partial<CompiledSegment> = {}): CompiledSegment => ({
  name,
  priority: 100,
  group: null,
  minStayMs: null,
  purpose: 'analytics',
  ruleHash: 'r1',
  enter: is('green'),
  exit: null,
  readsFeatures: ['light'],
  readsTraits: [],
  ...overrides,
})

/** A profile that lives through lights and other happenings, one evaluation each. */
function life(segments: readonly CompiledSegment[], light: Partial<CompiledFeature> = {}) {
  const content = emptyContent()
  let definition = define(segments, light)
  let previous: ReadonlyMap<string, Membership> = new Map()
  let result: SegmentsResult | undefined
  const evaluate = (at: number, cause: TransitionCause = 'event', fresh = false): string[] => {
    const summed: Summed = content
    const view = createProfileView(summed, definition, epochMs(at))
    result = evaluateSegments({ previous, view, definition, at: epochMs(at), cause, fresh })
    previous = result.segments
    return result.transitions.map((each) => `${each.to} ${each.segment} by ${each.cause}`)
  }
  return {
    evaluate,
    see(at: number, word: string | null, consent: Readonly<Record<string, ConsentState>> = {}) {
      const properties = word === null ? {} : { value: word }
      applyEvent(content, testEvent({ occurredAt: epochMs(at), properties, consent }), definition)
      return evaluate(at)
    },
    forget: () => {
      content.features.clear()
    },
    redefine(next: readonly CompiledSegment[]) {
      definition = define(next, light, 2)
    },
    get last(): SegmentsResult {
      if (result === undefined) throw new TypeError('nothing evaluated yet')
      return result
    },
    get members(): string[] {
      return [...previous].filter(([, { member }]) => member).map(([name]) => name)
    },
  }
}

function define(
  segments: readonly CompiledSegment[],
  light: Partial<CompiledFeature>,
  version = 1,
): CompiledDefinition {
  const features = [testFeature('last', { name: 'light', ...light })]
  const purposes = ['analytics', 'marketing']
  return testDefinition({ version, features, segments, purposes })
}

const given = { analytics: 'granted', marketing: 'granted' } as const

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
