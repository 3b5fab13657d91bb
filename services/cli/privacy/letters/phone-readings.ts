import { Metadata } from 'libphonenumber-js/core'
import metadata from 'libphonenumber-js/max/metadata'
import type { CountryCode } from '#runtime/channel/core/identifiers/phone.ts'

/** What a numbering plan takes off the front of a number; null: nothing. The library's types leave out what its class has. */
interface Plan {
  readonly code: string
  /** Dialled before a number of another country. */
  readonly abroad: RegExp
  readonly prefix: RegExp | null
  /** What is put in place of a prefix that has parts. */
  readonly transform: string | null
}

interface NumberingPlan {
  callingCode(): string
  IDDPrefix(): string | undefined
  /** Nothing is an empty text, or 0. */
  nationalPrefixForParsing(): string | 0 | undefined
  nationalPrefixTransformRule(): string | 0 | undefined
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the library's own parser calls
const library = new Metadata(metadata) as unknown as {
  selectNumberingPlan(countryOrCode: string): { readonly numberingPlan: NumberingPlan }
  hasCallingCode(code: string): boolean | undefined
}

const textOf = (text: string | 0 | undefined): string | null =>
  text === undefined || text === 0 || text === '' ? null : text

/** By country and by calling code, of which there are some hundreds. */
const plans = new Map<string, Plan>()

function planOf(countryOrCode: string): Plan {
  let plan = plans.get(countryOrCode)
  if (plan === undefined) {
    const { numberingPlan } = library.selectNumberingPlan(countryOrCode)
    const prefix = textOf(numberingPlan.nationalPrefixForParsing())
    plan = {
      code: numberingPlan.callingCode(),
      abroad: new RegExp(`^(?:${numberingPlan.IDDPrefix() ?? '(?!)'})`),
      prefix: prefix === null ? null : new RegExp(`^(?:${prefix})`),
      transform: textOf(numberingPlan.nationalPrefixTransformRule()),
    }
    plans.set(countryOrCode, plan)
  }
  return plan
}

/** A calling code is the beginning of no other. */
function codeAtFront(digits: string): string | null {
  for (let length = 1; length <= 3; length += 1)
    if (library.hasCallingCode(digits.slice(0, length)) === true) return digits.slice(0, length)
  return null
}

function national({ prefix, transform }: Plan, code: string, digits: string): readonly string[] {
  const found = prefix?.exec(digits)
  if (prefix === null || found === null || found === undefined) return [`+${code}${digits}`]
  const rest =
    transform !== null && Boolean(found.at(-1)) && found.length > 1
      ? digits.replace(prefix, transform)
      : digits.slice(found[0].length)
  return [`+${code}${digits}`, `+${code}${rest}`]
}

function international(digits: string): readonly string[] {
  const code = codeAtFront(digits)
  return code === null ? [] : national(planOf(code), code, digits.slice(code.length))
}

function ofRegion(digits: string, region: CountryCode): readonly string[] {
  const plan = planOf(region)
  const abroad = plan.abroad.exec(digits)?.[0] ?? ''
  const beyond = digits.slice(abroad.length)
  if (abroad !== '' && beyond !== '' && !beyond.startsWith('0')) return international(beyond)
  const own = national(plan, plan.code, digits)
  return digits.startsWith(plan.code) ? [...own, ...international(digits)] : own
}

/** No country's numbers are shorter. */
const digitsMin = 4
/** Digits and signs of other writings, what says where a number is dialled, and what parts digits or begins an extension. */
const involved = /[^\0-\x7f]|[;~]/
/** The first digits, with nothing but a plus before them and punctuation between: what stands in front has no part in a number. */
const first = /^[^\d+]*(\+[ ()./[\]-]*)?(\d[\d ()./[\]-]*)/
/** Whatever begins an extension. */
const extension = /[x#,]|int/i

/**
 * Numbers, as they would be stored, that a text may be read as: the true one is among them, whichever of the ways of writing it is meant. Costs a
 * fraction of reading it. null: it is not written so plainly that this can be told.
 */
export function phoneReadings(text: string, region: CountryCode | null): readonly string[] | null {
  if (involved.test(text)) return null
  const found = first.exec(text)
  if (found === null) return []
  const rest = text.slice(found[0].length)
  // Behind a number stands nothing but an extension; what has no digits is left out.
  if (/\d/.test(rest)) return extension.test(rest) ? null : []
  if (rest.includes('#')) return null
  const digits = (found[2] ?? '').replaceAll(/\D/g, '')
  if (digits.length < digitsMin) return []
  if (found[1] !== undefined) return digits.startsWith('0') ? [] : international(digits)
  return region === null ? [] : ofRegion(digits, region)
}
