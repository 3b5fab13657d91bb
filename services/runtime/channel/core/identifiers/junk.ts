import { junkAddressRule } from './junk-addresses.ts'
import { junkWords } from './junk-words.ts'

/** Longer than any word of the lists, their quotes and their URL encoding; no template that was left unfilled is longer either. */
const lengthMax = 120

/** Letters and digits alone, without accents: `Not-Authenticated`, `"not authenticated"` and `NOT_AUTHENTICATED` are one. */
const compact = (text: string): string =>
  /^[a-z]+$/.test(text)
    ? text
    : text
        .normalize('NFD')
        .replaceAll(/[^\p{L}\p{N}]/gu, '')
        .toLowerCase()

const rules: ReadonlyMap<string, string> = new Map([
  ...junkWords.map(([word, rule]) => [compact(word.toLowerCase()), `builtin:${rule}`] as const),
  ...['0', 'f'].map((digit) => {
    const uuid = '00000000-0000-0000-0000-000000000000'.replaceAll('0', digit)
    return [compact(uuid), `builtin:${uuid}`] as const
  }),
])

/** What stands for "nothing" even when it stands there twice: a first and a last name that both are null. */
const nothings: ReadonlySet<string> = new Set(['null', 'undefined', 'none', 'nan', 'nil'])

/** Placeholders of template languages that nobody filled, wherever they stand: everybody gets the same id. */
const template = /\{\{[^}]*\}\}|[$#]\{[^}]*\}|<%[^%]*%>|\*\|[^|]*\|\*|%%[^%]+%%|\[\[[^\]]*\]\]/u
/** What a spreadsheet shows where a formula failed. */
const spreadsheetError = /^#(?:ref!|value!|name\?|null!|num!|div\/0!)$/u
const stringified = /^\W*\[object \w+\]\W*$/u
const minusOne = /^["'`([{<\s]*-1(?:\.0+)?["'`)\]}>\s]*$/

/** URL encoding taken off, twice encoded too; what only looks like one stays. */
function decoded(text: string): string {
  let out = text
  for (let times = 0; times < 2 && out.includes('%'); times += 1)
    try {
      out = decodeURIComponent(out)
    } catch {
      return out
    }
  return out
}

/**
 * One character over and over. Ids that count up reach 111111 one day, so that digits have to be more; nines are what databases and
 * tills fill a field with.
 */
function isRepetition(key: string): boolean {
  const first = key[0]
  if (first === undefined || key.length < 6) return false
  for (const character of key) if (character !== first) return false
  return key.length >= 8 || first === '9' || !/\d/.test(first)
}

function wordRule(key: string): string | null {
  const rule = rules.get(key)
  if (rule !== undefined) return rule
  if (/^0*$/.test(key)) return 'builtin:zeros_or_punctuation'
  return isRepetition(key) ? 'builtin:repeated_character' : null
}

/** The rule of a value whose case, width, encoding and surroundings are still as somebody wrote them. */
function junkValueRule(value: string): string | null {
  if (value.length > lengthMax) return isRepetition(value) ? 'builtin:repeated_character' : null
  // No word of the lists has a digit beside 0, and most ids have one.
  if (/[1-9]/.test(value) && !/[%{<*[]/.test(value)) {
    if (isRepetition(value)) return 'builtin:repeated_character'
    return value.includes('-1') && minusOne.test(value) ? 'builtin:-1' : null
  }
  // Names as ids: neither width, nor encoding, nor anything around them.
  if (/^[A-Za-z]+$/.test(value)) return wordRule(value.toLowerCase())
  const text = decoded(value).normalize('NFKC').toLowerCase().trim()
  if (minusOne.test(text)) return 'builtin:-1'
  if (spreadsheetError.test(text)) return 'builtin:spreadsheet_error'
  if (stringified.test(text)) return 'builtin:[object_object]'
  if (text === String.raw`\n`) return 'builtin:null'
  if (template.test(text)) return 'builtin:template'
  const rule = wordRule(compact(text))
  if (rule !== null) return rule
  const parts = text.split(/[^\p{L}\p{N}]+/u).filter((part) => part !== '')
  return parts.length > 1 && parts.every((part) => nothings.has(part)) ? 'builtin:null' : null
}

/** The id of the built-in rule that a normalised value meets, or null. Letter case does not matter. */
export function builtinJunkRule(type: string, value: string): string | null {
  if (type !== 'email') return junkValueRule(value)
  const address = value.includes('%') ? decoded(value) : value
  if (!address.includes('@')) return junkValueRule(address)
  if (/[{%<*[]/.test(address) && template.test(address)) return 'builtin:template'
  return junkAddressRule(address.toLowerCase())
}
