import {
  asList,
  type Copier,
  type Fields,
  isFields,
  own,
  ownFields,
  ownText,
} from '#runtime/channel/core/fields.ts'
import type { Vendor } from '#runtime/channel/core/source.ts'
import type { Call } from './calls/call.ts'
import { type Answers, answer, noAnswers } from './calls/consent.ts'
import { type Consent, type Dialect, draftCall } from './calls/draft-call.ts'
import { addIdentifier, type IdentifierList, typeOfName } from './calls/identifiers.ts'
import { catalogueOf, commonCalls } from './calls/meaning.ts'
import {
  commonContext,
  commonPage,
  createContextFields,
  type Properties,
  putProperty,
} from './calls/properties.ts'
import { ecommerceNames, lifecycleNames, videoNames } from './calls/spec-names.ts'
import { splitCalls } from './calls/split-batch.ts'
import { createTrackNames } from './calls/track-names.ts'

/** Each entry that has a type and a value. `merge` calls them so, and external ids `id`. */
function addEntries(
  list: IdentifierList,
  entries: unknown,
  value: 'value' | 'id',
  types: ReadonlySet<string>,
): void {
  for (const entry of asList(entries) ?? []) {
    if (!isFields(entry)) continue
    // `identifierType` says of a row of a warehouse what its `id` is; `type` is the destination's word then.
    const name = ownText(entry, 'identifierType') ?? ownText(entry, 'type') ?? ''
    const type = typeOfName(name, types)
    if (type !== undefined) addIdentifier(list, type, own(entry, value))
  }
}

function addIdentifiers(
  list: IdentifierList,
  { kind, item, context }: Call,
  types: ReadonlySet<string>,
): void {
  if (types.has('rudder_id')) addIdentifier(list, 'rudder_id', own(item, 'rudderId'))
  if (kind === 'merge') addEntries(list, own(item, 'mergeProperties'), 'value', types)
  if (context) addEntries(list, own(context, 'externalId'), 'id', types)
}

/** `context.consentManagement`: the consent manager's categories that the person has allowed and denied. */
function consent({ context }: Call, purposes: Readonly<Record<string, string>>): Consent {
  const told = context && ownFields(context, 'consentManagement')
  if (!told) return noAnswers
  const out: Answers = {}
  for (const [field, state] of [
    ['allowedConsentIds', 'granted'],
    ['deniedConsentIds', 'denied'],
  ] as const)
    for (const category of asList(own(told, field)) ?? [])
      if (typeof category === 'string' && category !== '') answer(out, category, state, purposes)
  return out
}

/** Fields beside the context. The server writes the sender's address beside it, unless the context has one. */
function addProperties(out: Properties, { item, context }: Call, copier: Copier): void {
  putProperty(out, 'channel', own(item, 'channel'), copier)
  const stated = context && own(context, 'ip')
  putProperty(out, 'ip', stated ?? own(item, 'request_ip'), copier)
}

const dialect: Dialect = {
  calls: { ...commonCalls, merge: 'aliased', audiencelist: 'custom:audiencelist' },
  tracks: createTrackNames({ ...ecommerceNames, ...videoNames, ...lifecycleNames }),
  contextFields: createContextFields(
    [...commonContext, ['sessionId', 'session_id'], ['sessionStart', 'session_start']],
    [
      ...commonPage,
      ['referring_domain', 'referring_domain'],
      ['initial_referrer', 'initial_referrer'],
      ['initial_referring_domain', 'initial_referring_domain'],
    ],
  ),
  addIdentifiers,
  addProperties: (out, call, _meaning, copier) => addProperties(out, call, copier),
  consent: (call, _meaning, purposes) => consent(call, purposes),
  machine: ({ context }, _meaning, { botCheck }) =>
    botCheck(context && ownText(context, 'userAgent')),
}

const ownLibrary = /rudder/i

/** Values of `channel` that Segment, which says `browser`, does not have. */
const ownChannels: ReadonlySet<unknown> = new Set(['web', 'sources'])

/** What the server or the libraries write that Segment's do not, or the name of a RudderStack library. */
function detects(item: Fields): boolean {
  if (
    own(item, 'rudderId') !== undefined ||
    own(item, 'request_ip') !== undefined ||
    own(item, 'mergeProperties') !== undefined ||
    ownChannels.has(own(item, 'channel'))
  )
    return true
  const [first] = asList(own(item, 'batch')) ?? []
  if (isFields(first)) return detects({ ...first, batch: undefined })
  const context = ownFields(item, 'context')
  if (!context) return false
  const library = ownFields(context, 'library')
  return (
    ownFields(context, 'rudderstack') !== undefined ||
    ownFields(context, 'consentManagement') !== undefined ||
    own(context, 'externalId') !== undefined ||
    (library !== undefined && ownLibrary.test(ownText(library, 'name') ?? ''))
  )
}

/**
 * RudderStack's calls, as its SDKs send them, and as it writes them into Kafka: Segment's, with `merge` and fields of its own.
 * https://www.rudderstack.com/docs/event-spec/standard-events/
 */
export const rudderstack: Vendor = {
  name: 'rudderstack',
  catalogue: catalogueOf('https://www.rudderstack.com/docs/event-spec/standard-events/', dialect),
  detects,
  split: splitCalls,
  draft: (item, context) => draftCall(item, context, dialect),
}
