import {
  asList,
  type Copier,
  type Fields,
  isFields,
  own,
  ownText,
} from '#runtime/channel/core/fields.ts'
import { mailMachine } from '#runtime/channel/core/mail/machine.ts'
import type { Vendor } from '#runtime/channel/core/source.ts'
import type { Call } from './calls/call.ts'
import { type Dialect, draftCall } from './calls/draft-call.ts'
import { addIdentifier, type IdentifierList, typeOfName } from './calls/identifiers.ts'
import { catalogueOf, commonCalls } from './calls/meaning.ts'
import {
  commonContext,
  commonPage,
  createContextFields,
  type Properties,
  putProperty,
} from './calls/properties.ts'
import { splitCalls } from './calls/split-batch.ts'
import type { TrackMeaning } from './calls/track-names.ts'
import { addSubscribed, segmentConsent } from './segment-consent.ts'
import { modernCall } from './segment-legacy.ts'
import { segmentTracks } from './segment-names.ts'

/**
 * `context.externalIds`: of people (`collection: users`), in clear (`encoding: none`). Others are a group's, or hashes, which are
 * the same person's to nobody else. https://segment.com/docs/unify/identity-resolution/externalids/
 */
function addExternal(list: IdentifierList, { context }: Call, types: ReadonlySet<string>): void {
  for (const entry of (context && asList(own(context, 'externalIds'))) ?? []) {
    if (!isFields(entry)) continue
    const type = typeOfName(ownText(entry, 'type') ?? '', types)
    const ofPerson = (ownText(entry, 'collection') ?? 'users') === 'users'
    const inClear = (ownText(entry, 'encoding') ?? 'none') === 'none'
    if (type !== undefined && ofPerson && inClear) addIdentifier(list, type, own(entry, 'id'))
  }
}

/** Property of the e-mail spec → the name that all mail has here. */
const mailNames = [
  ['email_id', 'message_id'],
  ['email_subject', 'subject'],
  ['campaign_name', 'campaign'],
  ['campaign_id', 'campaign'],
  ['link_url', 'url'],
] as const

/** The spec knows one bounce: the message cannot be delivered. */
function addMail(out: Properties, call: Call, { type }: TrackMeaning, copier: Copier): void {
  const { properties } = call
  if (!type.startsWith('email_')) return
  if (properties)
    for (const [field, name] of mailNames) putProperty(out, name, own(properties, field), copier)
  if (type === 'email_bounced') putProperty(out, 'bounce_class', 'hard', copier)
}

const dialect: Dialect = {
  calls: commonCalls,
  tracks: segmentTracks,
  contextFields: createContextFields(commonContext, commonPage),
  addIdentifiers(list, call, types) {
    addExternal(list, call, types)
    addSubscribed(list, call)
  },
  addProperties: addMail,
  consent: segmentConsent,
  machine({ context }, { type, documented }, { botCheck }) {
    if (documented === 'Email Machine Opened') return 'machine_open'
    const userAgent = context && ownText(context, 'userAgent')
    return type.startsWith('email_') ? mailMachine(userAgent, botCheck) : botCheck(userAgent)
  },
}

/** A call as a server makes it, before a library or Segment has given it an id: it says what it is, and whose. */
const isBareCall = (item: Fields): boolean =>
  own(item, 'userId') !== undefined &&
  (Object.hasOwn(commonCalls, ownText(item, 'type') ?? '') || ownText(item, 'event') !== undefined)

/**
 * The Segment spec: track, page, screen, identify, alias, group; one call, a list of calls, or a batch.
 * https://segment.com/docs/connections/spec/
 */
export const segment: Vendor = {
  name: 'segment',
  catalogue: catalogueOf('https://segment.com/docs/connections/spec/', dialect, modernCall),
  detects: (item) =>
    own(item, 'messageId') !== undefined ||
    own(item, 'anonymousId') !== undefined ||
    Array.isArray(own(item, 'batch')) ||
    isBareCall(item),
  split: splitCalls,
  draft: (item, context) => draftCall(modernCall(item), context, dialect),
}
