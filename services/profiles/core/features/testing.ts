import type {
  CompiledDefinition,
  CompiledFeature,
  CompiledSegment,
  CompiledTrait,
  FeatureKind,
} from '#runtime/definition/compiled.ts'
import { isDerived, shapeOfKind } from '#runtime/definition/feature-kinds.ts'
import { traitBytes } from '#runtime/definition/state-bounds.ts'
import { testEvent as someEvent } from '#runtime/definition/testing/test-event.ts'
import type { RoutedEvent, Scalar } from '#runtime/event/event.ts'
import {
  definitionVersion,
  type EventKey,
  epochMs,
  type FeatureId,
  type FragmentId,
} from '#runtime/event/ids.ts'
import { calendarWindow } from '#runtime/time/calendar-window.ts'

const day = 86_400_000

// Tests name things in plain text; in the product only parsers make ids.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
export const testFeatureId = (id: string): FeatureId => id as FeatureId
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
export const testEventKey = (key: string): EventKey => key as EventKey
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
export const testFragmentId = (id: string): FragmentId => id as FragmentId

const scalarOrNull = (value: unknown): Scalar | null =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : null

/** A feature of `order_completed` that reads `properties.value` and `properties.key`. */
export function testFeature(
  kind: FeatureKind,
  overrides: Partial<CompiledFeature> = {},
): CompiledFeature {
  const name = overrides.name ?? kind
  return {
    id: testFeatureId(`${name}@1`),
    name,
    kind,
    shape: isDerived(kind) ? 'plain' : shapeOfKind(kind, overrides.halfLifeMs !== undefined),
    purpose: 'analytics',
    description: name,
    unit: null,
    halfLifeMs: kind.startsWith('decayed') ? 30 * day : null,
    derivation: null,
    window: kind.startsWith('window') ? calendarWindow('day', 30, 'Europe/Berlin') : null,
    k: kind === 'decayed_topk' ? 3 : null,
    currency: null,
    maxAgeMs: null,
    accepts: () => true,
    value: (event) => scalarOrNull(event.properties['value']),
    key: (event) => {
      const key = scalarOrNull(event.properties['key'])
      return key === null ? null : String(key)
    },
    ...overrides,
  }
}

let serial = 0

/** An order of a person who said nothing else. */
export function testEvent(overrides: Partial<RoutedEvent> = {}): RoutedEvent {
  serial += 1
  const at = overrides.occurredAt ?? epochMs(0)
  return someEvent({
    eventId: `e${serial}`,
    eventKey: testEventKey(`e${serial}`),
    fragment: testFragmentId('email:a'),
    type: 'order_completed',
    occurredAt: at,
    receivedAt: at,
    identifiers: [{ id: testFragmentId('email:a'), blocked: null }],
    ...overrides,
  })
}

export const testTrait = (name: string, overrides: Partial<CompiledTrait> = {}): CompiledTrait => ({
  name,
  type: 'string',
  purpose: 'analytics',
  maxAgeMs: null,
  allowThirdParty: false,
  keep: null,
  ...overrides,
})

export interface TestDefinitionParts {
  readonly version?: number
  readonly features?: readonly CompiledFeature[]
  readonly traits?: readonly CompiledTrait[]
  readonly segments?: readonly CompiledSegment[]
  readonly sources?: readonly string[]
  readonly purposes?: readonly string[]
}

/** A compiled definition without its file. */
export function testDefinition(parts: TestDefinitionParts = {}): CompiledDefinition {
  const {
    features = [],
    traits = [],
    segments = [],
    sources = [],
    purposes = ['analytics'],
  } = parts
  return {
    version: definitionVersion(parts.version ?? 1),
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    definition: {} as CompiledDefinition['definition'],
    features,
    featuresByEventType: new Map([['order_completed', features]]),
    featureByName: new Map(features.map((feature) => [feature.name, feature])),
    traits,
    traitByName: new Map(traits.map((trait) => [trait.name, trait])),
    traitBytesMax: traitBytes(sources.length),
    segments,
    sourcePriority: new Map(sources.map((source, index) => [source, index])),
    purposes,
    machines: { clickBurst: null, clickOnDelivery: null, rate: null },
    expire: null,
    linkMemoryMs: 30 * day,
    idMemoryMs: 35 * day,
  }
}
