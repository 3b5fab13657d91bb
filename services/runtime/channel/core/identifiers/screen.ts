import { type EmailPolicy, plainEmail } from '../../../definition/email-policy.ts'
import { patternOf } from '../../../definition/identity-policy.ts'
import type { Identifier } from '../../../event/event.ts'
import { detached } from '../../../recent/detached.ts'
import { createRecent } from '../../../recent/recent.ts'
import type { ChannelLimits } from '../limits.ts'
import { type RawIdentifier, type Rejection, reject } from '../outcome.ts'
import { type AddressFlag, flagsOfAddress } from './address-flags.ts'
import { type DomainToAscii, normaliseEmail } from './email.ts'
import { builtinJunkRule } from './junk.ts'
import type { NormalisedIdentifier, Spelled } from './normalised.ts'
import { type CountryCode, createPhoneNormaliser, normalisePhone } from './phone.ts'

/** `blocked` of one identifier type in the pipeline file: values, and patterns written `/like this/`. */
export type BlockedValues = Readonly<Record<string, readonly string[]>>

export interface IdentifierScreen {
  /** Normalises, flags what is junk, and leaves out repetitions; the order stays. */
  screen(
    identifiers: readonly RawIdentifier[],
    region: CountryCode | null,
  ): readonly Identifier[] | Rejection
  /** One value, normalised as the channels do it: for look-ups by hand. */
  normalise(type: string, value: string, region: CountryCode | null): NormalisedIdentifier
  /** Its spelling alone, of many that hardly ever come again: nothing is remembered, and junk is not known for what it is. */
  spell(type: string, value: string, region: CountryCode | null): Spelled
}

interface Rule {
  readonly id: string
  matches(value: string): boolean
}

function compileRule(type: string, text: string, place: number): Rule {
  const id = `identity.types.${type}.blocked[${place}]`
  const regex = patternOf(text)
  if (regex) return { id, matches: (value) => regex.test(value) }
  const folded = text.trim().toLowerCase()
  return { id, matches: (value) => value.toLowerCase() === folded }
}

const noFlags: readonly AddressFlag[] = []
/** Identifiers that a screen remembers; some twenty megabytes. */
const screenedMax = 100_000

function blockedByPolicy(flags: readonly AddressFlag[], policy: EmailPolicy): string | null {
  if (policy.disposable === 'block' && flags.includes('disposable_address'))
    return 'policy:disposable_address'
  return policy.role === 'block' && flags.includes('role_address') ? 'policy:role_address' : null
}

/** @throws SyntaxError when a blocked pattern is no regular expression; lint refuses such a file. */
export function createIdentifierScreen(deps: {
  readonly blocked: BlockedValues
  /** Absent: addresses as they are written. */
  readonly email?: EmailPolicy
  readonly limits: ChannelLimits
  readonly domainToAscii: DomainToAscii
}): IdentifierScreen {
  const { limits, domainToAscii, email = plainEmail } = deps
  const phone = createPhoneNormaliser()
  const rules = new Map(
    Object.entries(deps.blocked).map(([type, texts]) => [
      type,
      texts.map((text, place) => compileRule(type, text, place)),
    ]),
  )

  const shape = (type: string, raw: string, region: CountryCode | null): Spelled => {
    switch (type) {
      case 'email':
        return normaliseEmail(raw, domainToAscii, email)
      case 'phone':
        return phone(raw, region)
      default:
        return { value: raw.trim(), blocked: null }
    }
  }

  const identifyAnew = (type: string, raw: string, region: CountryCode | null): Identifier => {
    const shaped = shape(type, raw, region)
    const configured = rules.get(type)?.find((rule) => rule.matches(shaped.value))
    const flags =
      type === 'email' && shaped.blocked === null ? flagsOfAddress(shaped.value) : noFlags
    return {
      type,
      value: shaped.value,
      blocked:
        configured?.id ??
        builtinJunkRule(type, shaped.value) ??
        (flags.length === 0 ? null : blockedByPolicy(flags, email)) ??
        shaped.blocked,
      flags,
    }
  }

  // Looking at an address takes microseconds, and most come again: a mail is sent, delivered, opened, clicked. Ids take less, and yet three times
  // a look-up; whoever asks for one next knows the value that was kept faster than one that was just read.
  const screened = createRecent<Identifier>(screenedMax)
  const identify = (type: string, raw: string, region: CountryCode | null): Identifier => {
    // What a number means depends on the region too.
    if (type === 'phone') return identifyAnew(type, raw, region)
    let known = screened.get(type, raw)
    if (known === undefined) {
      // It is kept, and may have been cut out of a whole record.
      known = identifyAnew(type, detached(raw), region)
      screened.set(type, raw, known)
    }
    return known
  }

  return {
    normalise(type, raw, region) {
      const { value, blocked, flags } = identify(type, raw, region)
      return { value, blocked, flags }
    },
    spell: (type, raw, region) =>
      type === 'phone' ? normalisePhone(raw, region) : shape(type, raw, region),
    screen(identifiers, region) {
      const out: Identifier[] = []
      for (const { type, value } of identifiers) {
        if (value.length > limits.identifierLengthMax)
          return reject(
            'identifier_too_long',
            `a value of type ${type} is longer than ${limits.identifierLengthMax}`,
          )
        const identifier = identify(type, value, region)
        if (identifier.value !== '' && !holds(out, identifier)) out.push(identifier)
      }
      return out.length <= limits.identifiersPerEventMax
        ? out
        : reject('too_many_identifiers', `${out.length}, at most ${limits.identifiersPerEventMax}`)
    },
  }
}

function holds(list: readonly Identifier[], { type, value }: Identifier): boolean {
  for (const other of list) if (other.type === type && other.value === value) return true
  return false
}
