import type { Scalar } from '../../../event/event.ts'
import { listed } from '../listed.ts'
import { wordsOf } from '../words.ts'
import { createCountryTidier } from './country.ts'
import { caseOf } from './letter-case.ts'
import { tidyLocale } from './locale.ts'
import { tidyLines, tidyPostalCode, tidyText } from './text.ts'

/** Gives a text its one spelling; the same when it has it already. What is not understood stays. */
export type Tidier = (value: string) => string

interface TraitKind {
  readonly title: string
  readonly what: string
  /** Names of traits in words; how they are written does not matter. */
  readonly names: readonly string[]
  tidier(): Tidier
}

/** One word in capitals may be a firm's, or a short form. */
const caseOfSeveral = (text: string): string => (text.includes(' ') ? caseOf(text) : text)
const caseOfPlace = (text: string): string => (/^\p{Lu}{1,3}$/u.test(text) ? text : caseOf(text))

const spelled = 'Unicode NFC, one blank between words'

/** Which traits are tidied, by name, and how. Any other trait goes on as it came. */
export const traitKinds: readonly TraitKind[] = [
  {
    title: 'Part of a name',
    what: `${spelled}; letter case where all is large or all is small`,
    names: listed(`
      first name | firstname | fname | given name | forename | vorname | prenom | middle name | last name | lastname | lname | surname
      family name | nachname | nom de famille | apellido | cognome | maiden name`),
    tidier: () => (value) => caseOf(tidyText(value)),
  },
  {
    title: 'Whole name',
    what: `${spelled}; letter case as above where there are two words or more`,
    names: listed('name | full name | fullname | display name | contact name'),
    tidier: () => (value) => caseOfSeveral(tidyText(value)),
  },
  {
    title: 'City',
    what: `${spelled}; letter case as above, except of one word of three letters`,
    names: listed(
      'city | city name | town | village | locality | suburb | municipality | ort | stadt | ville | ciudad | citta',
    ),
    tidier: () => (value) => caseOfPlace(tidyText(value)),
  },
  {
    title: 'Street and lines of an address',
    what: `${spelled}, lines stay; letter case as above`,
    names: listed(`
      street | street name | street address | address | address line | strasse | straße | rue | calle`),
    tidier: () => (value) => tidyLines(value).split('\n').map(caseOfSeveral).join('\n'),
  },
  {
    title: 'Region',
    what: `${spelled}; letter case stays, since it may be a code`,
    names: listed(
      'state | province | county | region | bundesland | house number | street number | company | company name',
    ),
    tidier: () => tidyText,
  },
  {
    title: 'Postal code',
    what: 'Unicode NFKC, one blank between parts, large letters',
    names: listed(
      'postal code | postcode | post code | zip | zip code | zipcode | plz | code postal',
    ),
    tidier: () => tidyPostalCode,
  },
  {
    title: 'Country',
    what: 'ISO 3166-1 alpha-2, by code or by name in some eighty languages; what is neither stays',
    names: listed(
      'country | country code | country iso | iso country | iso country code | pays | land',
    ),
    tidier: createCountryTidier,
  },
  {
    title: 'Language',
    what: 'BCP 47; names of languages stay',
    names: listed(`
      language | language code | lang | locale | preferred language | browser language | ui language | sprache | langue`),
    tidier: () => tidyLocale,
  },
]

/** Which of several addresses it is of, said before a name or on the way to it (`billing_city`, `address.city`). */
const places: ReadonlySet<string> = new Set(
  listed(`
  address | addresses | billing | shipping | delivery | home | work | office | mailing | invoice | residence | residential | primary
  default | current | user | customer | contact | person | personal | profile | traits | properties | recipient`),
)

const kindByName: ReadonlyMap<string, TraitKind> = new Map(
  traitKinds.flatMap((kind) => kind.names.map((name) => [wordsOf(name).join(''), kind] as const)),
)

function kindOf(name: string): TraitKind | undefined {
  const words = wordsOf(name).filter((word) => !/^\p{N}+$/u.test(word))
  for (let from = 0; from < words.length; from += 1) {
    const kind = kindByName.get(words.slice(from).join(''))
    if (kind) return kind
    if (!places.has(words[from] ?? '')) return undefined
  }
  return undefined
}

/** How the values of a trait of this name are tidied; null: not at all. */
export const tidierOf = (name: string): Tidier | null => kindOf(name)?.tidier() ?? null

/** Tidies the traits of an event whatever the pipeline file says: for people who look at one. */
export function tidyTraits(
  traits: Readonly<Record<string, Scalar>>,
): Readonly<Record<string, Scalar>> {
  return Object.fromEntries(
    Object.entries(traits).map(([name, value]) => [
      name,
      typeof value === 'string' ? (tidierOf(name)?.(value) ?? value) : value,
    ]),
  )
}

/** The list as people read it: `docs/tidied-traits.md` is made of it. */
export const tidiedTraitsTable = (): string =>
  [
    '| Kind | Names | What happens |',
    '|---|---|---|',
    ...traitKinds.map(({ title, what, names }) => `| ${title} | ${names.join(', ')} | ${what} |`),
  ].join('\n')
