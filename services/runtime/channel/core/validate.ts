import type {
  CanonicalEvent,
  ConsentState,
  Identifier,
  JsonValue,
  Scalar,
} from '../../event/event.ts'
import { type TextHash, contentId } from './content-id.ts'
import { isRejection, isSafeName } from './fields.ts'
import type { IdentifierScreen } from './identifiers/screen.ts'
import type { ChannelLimits } from './limits.ts'
import { type EventDraft, type Rejection, type Tally, reject } from './outcome.ts'
import type { SensitiveCheck } from './sensitive.ts'
import type { DraftContext } from './source.ts'
import { checkEventTime } from './time.ts'

type Answers = Readonly<Record<string, ConsentState>>

/** Of each source's bases; one object for all its events without an answer, so that its text is made once too. */
const basesAlone = new WeakMap<readonly string[], Answers>()

/** A basis is no answer: it stands only where the event itself says nothing. */
function withBasis(answers: Answers, basis: readonly string[]): Answers {
  if (basis.length === 0) return answers
  let alone = basesAlone.get(basis)
  if (alone === undefined) {
    alone = Object.freeze(Object.fromEntries(basis.map((purpose) => [purpose, 'basis'] as const)))
    basesAlone.set(basis, alone)
  }
  return Object.keys(answers).length === 0 ? alone : { ...alone, ...answers }
}

const noFlags: readonly string[] = []

/** Of all identifiers, each once. Nearly always there is none. */
function flagsOf(identifiers: readonly Identifier[]): readonly string[] {
  let flags = noFlags
  for (const identifier of identifiers)
    if (identifier.flags.length > 0)
      flags =
        flags === noFlags
          ? identifier.flags
          : [...new Set([...flags, ...identifier.flags])].toSorted()
  return flags
}

function checkNames(
  fields: Readonly<Record<string, unknown>>,
  namesMax: number,
  { nameLengthMax }: ChannelLimits,
): Rejection | null {
  const names = Object.keys(fields)
  if (names.length > namesMax)
    return reject('event_too_large', `${names.length} names, at most ${namesMax}`)
  for (const name of names)
    if (name.length > nameLengthMax)
      return reject('string_too_long', `a name longer than ${nameLengthMax}`)
  return null
}

function checkText(
  traits: Readonly<Record<string, Scalar>>,
  limits: ChannelLimits,
): Rejection | null {
  let text = 0
  for (const name of Object.keys(traits)) {
    const value = traits[name]
    if (typeof value !== 'string') continue
    if (value.length > limits.stringLengthMax)
      return reject('string_too_long', `a trait longer than ${limits.stringLengthMax}`)
    text += value.length
  }
  return text > limits.textPerEventMax
    ? reject('event_too_large', `traits hold more text than ${limits.textPerEventMax}`)
    : null
}

export interface Validator {
  /** Checks a draft against the limits, screens it, and gives it its identity. */
  validate(
    draft: EventDraft,
    context: Pick<DraftContext, 'limits' | 'receivedAt' | 'source' | 'schemaId'>,
  ): CanonicalEvent | Rejection
}

export function createValidator(deps: {
  readonly screen: IdentifierScreen
  readonly isSensitive: SensitiveCheck
  readonly hash: TextHash
  readonly tally: Tally
}): Validator {
  const { screen, isSensitive, hash, tally } = deps

  const isLeftOut = (name: string): boolean => isSensitive(name) || !isSafeName(name)

  /** Top-level names; the copier has left out the nested ones. Nearly always nothing is left out. */
  function withoutSensitive<T extends JsonValue>(
    fields: Readonly<Record<string, T>>,
    source: string,
  ): Readonly<Record<string, T>> {
    const names = Object.keys(fields)
    if (!names.some(isLeftOut)) return fields
    const out: Record<string, T> = {}
    for (const name of names) {
      if (!isSafeName(name)) continue
      const value = fields[name]
      if (isSensitive(name)) tally.sensitiveField(source, name)
      else if (value !== undefined) out[name] = value
    }
    return out
  }

  return {
    validate(draft, context) {
      const { limits, receivedAt, source } = context
      const occurredAt = draft.occurredAt ?? receivedAt
      const badTime = checkEventTime(occurredAt, receivedAt, limits, draft.zoneless === true)
      if (badTime) return badTime
      if (draft.eventId !== null && draft.eventId.length > limits.eventIdLengthMax)
        return reject('event_id_too_long', `longer than ${limits.eventIdLengthMax}`)
      if (draft.eventId === null && !source.contentIds)
        return reject('missing_event_id', 'the source states that its events carry ids')
      const identifiers = screen.screen(draft.identifiers, source.region)
      if (isRejection(identifiers)) return identifiers
      const traits = withoutSensitive(draft.traits, source.name)
      const tooMuch =
        checkNames(traits, limits.namesPerEventMax, limits) ??
        checkNames(draft.consent, limits.namesPerEventMax, limits) ??
        checkText(traits, limits)
      if (tooMuch) return tooMuch
      const properties = withoutSensitive(draft.properties, source.name)
      const badName = checkNames(properties, limits.valuesPerEventMax, limits)
      if (badName) return badName
      const { type } = draft
      const consent = withBasis(draft.consent, source.basis)
      return {
        eventId:
          draft.eventId ??
          contentId(
            { type, occurredAt, receivedAt, identifiers, traits, consent, properties },
            hash,
          ),
        channel: source.channel,
        source: draft.source ?? source.name,
        type,
        occurredAt,
        receivedAt,
        identifiers,
        traits,
        traitKind: draft.traitKind ?? source.traitKind,
        party: source.party,
        consent,
        machine: draft.machine,
        properties,
        schemaId: context.schemaId,
        unknownType: draft.unknownType !== null,
        flags: flagsOf(identifiers),
      }
    },
  }
}
