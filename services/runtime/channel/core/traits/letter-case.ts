import { listed } from '../listed.ts'

/** Small words inside names of people and places; at the beginning they are large. */
const particles: ReadonlySet<string> = new Set(
  listed(`
  van | von | vom | der | den | de | des | du | del | della | delle | di | da | dos | das | zu | zum | zur | la | le | les | ter | ten
  bin | ibn | am | an | auf | bei | im | in | ob | unter | sur | sous | en | et | und | and | of | on | upon | the | by | under | aux
`),
)

/** Letters whose case depends on the language, which nobody states. */
const turkish = /[İı]/
/** Scripts that know case. */
const cased =
  /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Armenian}\p{M}\p{N}\p{P}\p{S}\s]*$/u

const isInitials = (word: string): boolean =>
  [...word.matchAll(/\p{L}/gu)].length <= 2 || /^[IVX]+$/.test(word)

function capitalised(part: string): string {
  const [first = ''] = part
  const upper = first.toUpperCase()
  // ß has no capital of its own.
  if (upper.length !== first.length) return part
  const rest = part.slice(first.length).toLowerCase()
  return upper === 'M' && /^c\p{L}{3}/u.test(rest)
    ? `Mc${rest.charAt(1).toUpperCase()}${rest.slice(2)}`
    : `${upper}${rest}`
}

/** O'Brien, Jean-Luc, Rostov-on-Don, J.R.R.; what follows an apostrophe at the end stays small: John's. */
function inCase(text: string, isFirst: boolean): string {
  const parts = text.split(/([-'’.])/)
  return parts
    .map((part, at) => {
      const mark = parts[at - 1]
      if (part === '' || /^[-'’.]$/.test(part)) return part
      const isTail = (mark === "'" || mark === '’') && at === parts.length - 1 && part.length === 1
      const isInner = !isFirst || (at > 0 && at < parts.length - 1)
      return isTail || (isInner && particles.has(part.toLowerCase()))
        ? part.toLowerCase()
        : capitalised(part)
    })
    .join('')
}

/**
 * Letter case of a text that has none, being all large or all small; any other is as somebody wanted it. Words with digits and, among
 * large ones, initials and short forms stay: nobody can tell `NW` from a name.
 */
export function caseOf(text: string): string {
  const isUpper = text === text.toUpperCase()
  if (isUpper === (text === text.toLowerCase())) return text
  if (turkish.test(text) || !cased.test(text)) return text
  return text
    .split(/(\s+)/)
    .map((each, at) => {
      if (/\p{N}/u.test(each)) return each
      if (at > 0 && particles.has(each.toLowerCase())) return each.toLowerCase()
      return isUpper && isInitials(each) ? each : inCase(each, at === 0)
    })
    .join('')
}
