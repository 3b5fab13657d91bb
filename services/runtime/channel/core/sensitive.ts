import { patternOf } from '../../definition/identity-policy.ts'
import { createKnown } from '../../recent/known.ts'
import { defaultLimits } from './limits.ts'
import { harmless, owners, sensitiveCategories } from './sensitive/categories.ts'
import { wordsOf } from './words.ts'

/** Says whether a field of this name may not go further, whatever it holds. */
export type SensitiveCheck = (field: string) => boolean

/** Of a name that a pattern looks at: longer ones are refused with their events. */
const patternLengthMax = 512
/** Words of the longest entry of the lists; a name's words in a row are compared up to so many. */
const wordsMax = 6

const joined = (name: string): string => wordsOf(name).join('')

const setOf = (names: readonly string[]): ReadonlySet<string> => new Set(names.map(joined))

const anywhere = setOf(sensitiveCategories.flatMap((category) => category.anywhere))
const alone = setOf(sensitiveCategories.flatMap((category) => category.alone))
const ownerWords = setOf(owners)
const harmlessRuns = setOf(harmless)

const isListed = (text: string): boolean => anywhere.has(text) || alone.has(text)

/** Runs of words, as [from, to), that a set holds. */
function runsIn(words: readonly string[], set: ReadonlySet<string>): (readonly [number, number])[] {
  const found: (readonly [number, number])[] = []
  for (let from = 0; from < words.length; from += 1) {
    let text = ''
    for (let to = from; to < Math.min(words.length, from + wordsMax); to += 1) {
      text += words[to] ?? ''
      if (set.has(text)) found.push([from, to + 1])
    }
  }
  return found
}

/** `userssn`: an owner and a listed name, written as one word. */
const isGlued = (text: string): boolean =>
  owners.some((owner) => text.startsWith(owner) && isListed(text.slice(owner.length)))

/** Whether the lists know the name, in any spelling. */
function isSensitiveName(name: string): boolean {
  const words = wordsOf(name)
  const excused = runsIn(words, harmlessRuns)
  const isExcused = (from: number, to: number): boolean =>
    excused.some(([start, end]) => start <= from && to <= end)
  if (runsIn(words, anywhere).some(([from, to]) => !isExcused(from, to))) return true
  let from = 0
  while (from < words.length - 1 && ownerWords.has(words[from] ?? '')) from += 1
  // password2, child1_name: which of several does not matter.
  const last = words.findLastIndex((word) => !/^\p{N}+$/u.test(word))
  const whole = words.join('')
  return (
    (!isExcused(0, words.length) && (isListed(whole) || isGlued(whole))) ||
    (!isExcused(0, last + 1) && isListed(words.slice(from, last + 1).join('')))
  )
}

/** Names of fields whose answer is remembered: some hundred at a company, unless somebody makes them up. */
export const fieldNamesMax = 5000

/** The pipeline file's own: names in any spelling, and /patterns/ over names as they are written. */
function ownRules(own: readonly string[]): (part: string) => boolean {
  const names = setOf(own.filter((name) => patternOf(name) === null))
  const patterns = own.map(patternOf).filter((pattern) => pattern !== null)
  return (part) =>
    names.has(joined(part)) ||
    patterns.some((pattern) => pattern.test(part.slice(0, patternLengthMax)))
}

/** As many as a name can have that an event may have: a megabyte of dots has half a million, and each costs microseconds. */
const partsLookedAt = Math.ceil(defaultLimits.nameLengthMax / 2) + 1

const partsOf = (field: string): readonly string[] =>
  field.includes('.') ? field.split('.', partsLookedAt) : []

/**
 * The built-in list and the pipeline file's own. Remembers the answer per name: names are few and come with each event.
 * @throws SyntaxError when a pattern is no regular expression; lint refuses such a file.
 */
export function createSensitiveCheck(
  own: readonly string[] = [],
  entriesMax = fieldNamesMax,
): SensitiveCheck {
  const isOwn = ownRules(own)
  const known = createKnown<boolean>(entriesMax)
  // `traits.health.status` is as sensitive as `health`: any part of a dotted name counts.
  const check = (field: string): boolean =>
    [field, ...partsOf(field)].some((part) => isSensitiveName(part) || isOwn(part))
  return (field) => {
    let answer = known.get(field)
    if (answer === undefined) {
      answer = check(field)
      known.set(field, answer)
    }
    return answer
  }
}

/** The list as people read it: `docs/sensitive-fields.md` is made of it. */
export const sensitiveTable = (): string =>
  sensitiveCategories
    .map(
      ({ title, anywhere: inside, alone: whole }) => `## ${title}

Anywhere in a name: ${inside.join(', ')}.

As the whole name: ${whole.join(', ')}.
`,
    )
    .join('\n')
