import countries from 'i18n-iso-countries'
import { tidyText } from './text.ts'

/** Letters alone, without accents; marks of other scripts are letters' parts and stay. */
const fold = (name: string): string =>
  /^[A-Za-z ]+$/.test(name)
    ? name.replaceAll(' ', '').toLowerCase()
    : name
        .normalize('NFD')
        .replaceAll(/[^\p{L}\p{M}]|[\u0300-\u036f]/gu, '')
        .toLowerCase()

/** None of ISO's codes and yet a country: the Union's for Greece, the kingdom's habit, and short forms with dots. */
const habits: readonly (readonly [written: string, code: string])[] = [
  ['uk', 'GB'],
  ['el', 'GR'],
  ['u.k.', 'GB'],
  ['u.s.', 'US'],
  ['u.s.a.', 'US'],
  ['u.a.e.', 'AE'],
]

interface Table {
  /** Codes in lower case, and numbers of three digits. */
  readonly codes: ReadonlyMap<string, string>
  readonly names: ReadonlyMap<string, string>
}

function createCodes(): Table['codes'] {
  const codes = new Map<string, string>(habits)
  for (const [alpha2, alpha3] of Object.entries(countries.getAlpha2Codes())) {
    codes.set(alpha2.toLowerCase(), alpha2)
    codes.set(alpha3.toLowerCase(), alpha2)
    const numeric = countries.alpha2ToNumeric(alpha2)
    if (numeric !== undefined) codes.set(numeric, alpha2)
  }
  // Small letters mean "not available" more often than Namibia.
  codes.delete('na')
  return codes
}

function createNames(): Table['names'] {
  const found = new Map<string, string | null>()
  for (const language of countries.getSupportedLanguages())
    for (const [code, names] of Object.entries(countries.getNames(language, { select: 'all' })))
      for (const name of names.map(fold)) {
        const known = found.get(name)
        // Names that are two countries' in two languages are nobody's.
        found.set(name, known === undefined || known === code ? code : null)
      }
  const out = new Map<string, string>()
  for (const [name, code] of found)
    if (code !== null && !/^[a-z]{0,3}$/.test(name)) out.set(name, code)
  return out
}

let shared: Table | undefined

/**
 * ISO 3166-1 alpha-2 of a code or of a country's name in any of some eighty languages; what is neither, or two, stays. Making the table
 * takes a while, so that it is made when a trait is found to be a country's, before any event comes.
 */
export function createCountryTidier(): (value: string) => string {
  shared ??= { codes: createCodes(), names: createNames() }
  const { codes, names } = shared
  return (value) => {
    const text = tidyText(value)
    return codes.get(text.toLowerCase()) ?? names.get(fold(text)) ?? text
  }
}
