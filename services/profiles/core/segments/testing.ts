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
import { testDefinition, testEvent, testFeature } from '../features/testing.ts'
import type { Membership } from '../state.ts'
import type { SegmentsResult } from './decisions.ts'
import { evaluateSegments } from './evaluate-segments.ts'
import { createProfileView } from './profile-reader.ts'

export const hour = 3_600_000

function lightOf(profile: ProfileReader, at: EpochMs): unknown {
  const reading = profile.feature('light')
  if (reading.kind !== 'constant') return 'unknown'
  return reading.staleAt !== null && at >= reading.staleAt ? 'unknown' : reading.value
}

/** Rules of these tests read one traffic light; absent or stale it is unknown. */
export function rule(
  holds: (light: unknown, at: EpochMs) => Verdict,
  changesAt: (at: EpochMs) => number | null = () => null,
): CompiledRule {
  return {
    source: '',
    readsFeatures: ['light'],
    readsTraits: [],
    evaluate(profile, at) {
      const seen = lightOf(profile, at)
      const next = changesAt(at)
      return {
        verdict: seen === 'unknown' ? 'unknown' : holds(seen, at),
        changesAt: next === null ? null : epochMs(next),
      }
    },
  }
}

export const is = (...words: readonly string[]): CompiledRule =>
  rule((light) => words.includes(String(light)))

export const segment = (
  name: string,
  overrides: Partial<CompiledSegment> = {},
): CompiledSegment => ({
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
export interface Life {
  /** Decides the segments at a moment; says the transitions as `entered <segment> by <cause>`. */
  evaluate(at: number, cause?: TransitionCause, fresh?: boolean): string[]
  /** One event with a light (or none) and declarations, then a decision. */
  see(at: number, word: string | null, consent?: Readonly<Record<string, ConsentState>>): string[]
  /** All features are gone. */
  forget(): void
  redefine(next: readonly CompiledSegment[]): void
  readonly last: SegmentsResult
  readonly members: string[]
}

export function life(
  segments: readonly CompiledSegment[],
  light: Partial<CompiledFeature> = {},
): Life {
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
    see(at, word, consent = {}) {
      const properties = word === null ? {} : { value: word }
      applyEvent(content, testEvent({ occurredAt: epochMs(at), properties, consent }), definition)
      return evaluate(at)
    },
    forget: () => {
      content.features.clear()
    },
    redefine(next) {
      definition = define(next, light, 2)
    },
    get last() {
      if (result === undefined) throw new TypeError('nothing evaluated yet')
      return result
    },
    get members() {
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

export const given = { analytics: 'granted', marketing: 'granted' } as const
