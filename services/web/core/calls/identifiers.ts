import { type Fields, idText, isRejection, own, ownFields } from '#runtime/channel/core/fields.ts'
import type { RawIdentifier, Rejection } from '#runtime/channel/core/outcome.ts'
import type { Call } from './call.ts'

/** Identifiers as they are written; the first one that cannot be read is the event's failure. */
export interface IdentifierList {
  readonly found: RawIdentifier[]
  failure: Rejection | null
}

export function addIdentifier(list: IdentifierList, type: string, value: unknown): void {
  if (value === undefined || value === null) return
  const text = idText(value, type)
  if (isRejection(text)) list.failure ??= text
  else if (text !== undefined) list.found.push({ type, value: text })
}

/** Names by which the vendors call types of identifiers, as in an external id → ours. */
const spokenTypes: Readonly<Record<string, string>> = {
  user_id: 'user_id',
  userId: 'user_id',
  email: 'email',
  phone: 'phone',
  mobile: 'phone',
  anonymous_id: 'anonymous_id',
  anonymousId: 'anonymous_id',
}

/** Our type for a vendor's name of one: of the identity policy (`ios.idfa` is `ios_idfa` there), or a usual one; undefined: nobody asks for it. */
export function typeOfName(name: string, types: ReadonlySet<string>): string | undefined {
  if (types.has(name)) return name
  const snake = name.replaceAll('.', '_')
  if (types.has(snake)) return snake
  return Object.hasOwn(spokenTypes, name) ? spokenTypes[name] : undefined
}

/** Field of `context.device` → its name behind the system's (`ios_idfa`), and its name whatever the system. */
const deviceFields = [
  ['id', 'id', 'device_id'],
  ['advertisingId', 'idfa', 'advertising_id'],
  ['token', 'push_token', 'push_token'],
] as const

/** Which types of the identity policy are looked for in traits, and whether any is a device's. */
interface Wanted {
  readonly traits: readonly string[]
  readonly device: boolean
}

const isDevice = (type: string): boolean =>
  deviceFields.some(
    ([, name, plain]) =>
      type === plain || (/^(?:ios|android)_/.test(type) && type.endsWith(`_${name}`)),
  )

const wantedByPolicy = new WeakMap<ReadonlySet<string>, Wanted>()

/** Worked out once for each policy, and not with each event. */
function wantedOf(types: ReadonlySet<string>): Wanted {
  const known = wantedByPolicy.get(types)
  if (known) return known
  const wanted = {
    traits: [...types].filter((type) => type !== 'email' && type !== 'phone'),
    device: [...types].some(isDevice),
  }
  wantedByPolicy.set(types, wanted)
  return wanted
}

function addOf(list: IdentifierList, fields: Fields, custom: readonly string[]): void {
  addIdentifier(list, 'email', own(fields, 'email'))
  addIdentifier(list, 'phone', own(fields, 'phone'))
  for (const type of custom) addIdentifier(list, type, own(fields, type))
}

/** A device's ids, where the policy asks for them. An advertising id whose owner has forbidden its use is none. */
function addDevice(list: IdentifierList, device: Fields, types: ReadonlySet<string>): void {
  const written = own(device, 'type')
  const system = typeof written === 'string' ? written.toLowerCase() : ''
  for (const [field, name, plain] of deviceFields) {
    if (field === 'advertisingId' && own(device, 'adTrackingEnabled') === false) continue
    for (const type of [`${system}_${name}`, plain])
      if (types.has(type)) addIdentifier(list, type, own(device, field))
  }
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** `previousId` is what the person was called before: a browser's id (they are UUIDs), else a former user id. */
function addPrevious(list: IdentifierList, item: Fields): void {
  const previous = own(item, 'previousId')
  const ofBrowser =
    typeof previous === 'string' && (previous === own(item, 'anonymousId') || uuid.test(previous))
  addIdentifier(list, ofBrowser ? 'anonymous_id' : 'user_id', previous)
}

/** Who did it: the call's own ids, those in the person's traits, and in the properties of a `track`, which speak of the same person. */
export function addCallIdentifiers(
  list: IdentifierList,
  { kind, item, context, properties, traits }: Call,
  types: ReadonlySet<string>,
): void {
  const wanted = wantedOf(types)
  addIdentifier(list, 'user_id', own(item, 'userId'))
  for (const fields of traits) addOf(list, fields, wanted.traits)
  if (kind === 'track' && properties) addOf(list, properties, wanted.traits)
  addIdentifier(list, 'anonymous_id', own(item, 'anonymousId'))
  if (kind === 'alias') addPrevious(list, item)
  const device = wanted.device && context ? ownFields(context, 'device') : undefined
  if (device) addDevice(list, device, types)
}
