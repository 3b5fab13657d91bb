import { hash } from 'node:crypto'
import { readConsent, purposeOf } from '#runtime/channel/core/consent.ts'
import { isRejection } from '#runtime/channel/core/fields.ts'
import { createForwarder } from '#runtime/channel/core/forward.ts'
import { defaultLimits } from '#runtime/channel/core/limits.ts'
import { type Rejection, silentTally } from '#runtime/channel/core/outcome.ts'
import { createRouter, type Sealing } from '#runtime/channel/core/route.ts'
import { createSensitiveCheck } from '#runtime/channel/core/sensitive.ts'
import { plainSource, sourceSettings } from '#runtime/channel/core/settings.ts'
import type { SourceSettings } from '#runtime/channel/core/source.ts'
import { createValidator } from '#runtime/channel/core/validate.ts'
import { createScreen, identifierTypes } from '#runtime/channel/shell/create-normaliser.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { forwardedProperties } from '#runtime/definition/forwarded-properties.ts'
import { type PipelineDefinition, vendorsByChannel } from '#runtime/definition/schema.ts'
import { sourceName } from '#runtime/definition/source-name.ts'
import type { ConsentState, Identifier, RoutedEvent } from '#runtime/event/event.ts'
import type { FragmentId } from '#runtime/event/ids.ts'
import { createPseudonymiser } from '#runtime/pseudonym/pseudonym.ts'
import type { OfflineEvent } from '../identity/offline-event.ts'
import { eventTypeOf, offlineKey } from '../identity/offline-home.ts'

/** An event as its home gets it, and its identifiers as people write them. */
export interface Passed {
  readonly event: RoutedEvent
  /** Best first. */
  readonly identifiers: readonly (Identifier & { readonly id: FragmentId })[]
}

export interface OfflineChannel {
  /** Validates, screens and de-identifies, as the channel services do. A rejection is what they would dead-letter. */
  pass(event: OfflineEvent): Passed | Rejection
  /** Sources that events named and the pipeline file does not have: no basis is known for them. */
  readonly strangers: ReadonlySet<string>
  /** The fragment of a value in clear; null: it can't be one of its type. */
  fragmentOf(type: string, value: string): FragmentId | null
}

/** Nothing is stored here: what the file keeps stays as it is told. */
const unsealed: Sealing = {
  seal: (_fragment, _place, value) => (typeof value === 'string' ? value : JSON.stringify(value)),
}

export function createOfflineChannel(compiled: CompiledDefinition): OfflineChannel {
  const { definition } = compiled
  const pseudonymiser = createPseudonymiser(offlineKey)
  const strangers = new Set<string>()
  const screen = createScreen(definition)
  const validator = createValidator({
    screen,
    isSensitive: createSensitiveCheck(definition.sensitive),
    tally: silentTally,
    hash: (text) => hash('sha256', text, 'base64url'),
  })
  const router = createRouter({
    pseudonymiser,
    types: identifierTypes(definition),
    partitions: 1,
    suppressed: () => undefined,
    sealing: unsealed,
    forwarder: createForwarder(
      forwardedProperties(definition),
      new Map(compiled.traits.map(({ name, type }) => [name, type])),
    ),
  })
  return {
    strangers,
    fragmentOf(type, value) {
      const screened = screen.screen([{ type, value }], null)
      const [one] = isRejection(screened) ? [] : screened
      return one === undefined ? null : pseudonymiser.fragmentId(one.type, one.value)
    },
    pass(event) {
      const source = sourceOf(definition, event)
      if (source === null) strangers.add(event.source)
      const settings =
        source ?? plainSource(event.channel ?? firstChannel(definition), event.source)
      const canonical = validator.validate(
        {
          eventId: event.id,
          source: event.source,
          type: eventTypeOf(event.type),
          occurredAt: event.at,
          identifiers: event.identifiers,
          traits: event.traits,
          traitKind: null,
          consent: consentOf(event, settings),
          machine: event.machine,
          properties: event.properties,
          unknownType: null,
        },
        { limits: defaultLimits, receivedAt: event.receivedAt, schemaId: null, source: settings },
      )
      if (isRejection(canonical)) return canonical
      const routed = router.route(canonical)
      if (routed === 'erased') throw new TypeError('nobody is erased offline')
      const inClear = new Map(
        canonical.identifiers.map((one) => [pseudonymiser.fragmentId(one.type, one.value), one]),
      )
      const identifiers = routed.event.identifiers.flatMap(({ id }) => {
        const one = inClear.get(id)
        return one === undefined ? [] : [{ ...one, id }]
      })
      return { event: routed.event, identifiers }
    },
  }
}

const firstChannel = ({ sources }: PipelineDefinition) => sources[0]?.channel ?? 'web'

/**
 * What the file says of the event's source: its basis, whose traits it brings. An event that names none counts as of the first source of its
 * channel (of the file, when it names no channel either); null: it names one that the file does not have.
 */
function sourceOf(
  { sources }: PipelineDefinition,
  { channel, source: name, isSourceNamed }: OfflineEvent,
): SourceSettings | null {
  const ofChannel = sources.filter((each) => channel === null || each.channel === channel)
  const vendorOf = (each: (typeof sources)[number]): boolean =>
    each.source === 'detect' && vendorsByChannel[each.channel].some((vendor) => vendor === name)
  const found = isSourceNamed
    ? (ofChannel.find((each) => sourceName(each) === name) ?? ofChannel.find(vendorOf))
    : ofChannel[0]
  return found === undefined ? null : sourceSettings(found)
}

function consentOf(
  { consent }: OfflineEvent,
  { consentPurposes }: SourceSettings,
): Readonly<Record<string, ConsentState>> {
  const answers: Record<string, ConsentState> = {}
  for (const [category, answer] of Object.entries(consent)) {
    const state = readConsent(answer)
    if (state !== undefined) answers[purposeOf(category, consentPurposes)] = state
  }
  return answers
}
