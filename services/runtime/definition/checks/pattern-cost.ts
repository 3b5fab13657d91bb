import { createRequire } from 'node:module'
import type * as Recheck from 'recheck'
import type { Diagnostics, Parameters } from 'recheck'

/** How the time of a search grows with the length of the text. */
export type PatternCost =
  | { readonly kind: 'bearable' }
  /** `example`: an expression for a text that takes so long. */
  | { readonly kind: 'explosive'; readonly growth: string; readonly example: string }
  | { readonly kind: 'undecided' }

/** Of a text of a thousand characters the square is milliseconds, the cube half a second. */
const degreeMax = 2
/** Whatever is counted is taken for as many copies, so that the answer is a proof. */
const proof: Parameters = { checker: 'automaton', maxRepeatCount: 1000 }
/** Where no proof is possible: a search for a text that takes long. It ends by what it has read, so that the answer is the same on every host. */
const search: Parameters = {
  checker: 'fuzz',
  attackLimit: 10_000_000,
  attackTimeout: null,
  incubationTimeout: null,
  seedingTimeout: null,
  timeout: 10_000,
}

const require = createRequire(import.meta.url)
type Library = Pick<typeof Recheck, 'checkSync'>
let library: Library | undefined

/**
 * The plain JavaScript of the package: its main entry would start a worker or a program. 3 MB, so that it is read when a pattern needs it,
 * and never by a service.
 */
function check({ flags, source }: RegExp, parameters: Parameters): Diagnostics {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the file has no types of its own
  library ??= require('recheck/lib/browser.js') as Library
  return library.checkSync(source, flags, parameters)
}

export function patternCost(pattern: RegExp): PatternCost {
  // What repeats nothing reads each character once from each place.
  if (!/[*+?{]/.test(pattern.source)) return { kind: 'bearable' }
  const proven = check(pattern, proof)
  if (isExplosive(proven)) return explosive(proven)
  // Each of 50 times 50 copies is bounded, and all together take for ever: counted groups are tried too.
  if (proven.status !== 'unknown' && !pattern.source.includes('){')) return { kind: 'bearable' }
  const found = check(pattern, search)
  if (isExplosive(found)) return explosive(found)
  return { kind: found.status === 'unknown' ? 'undecided' : 'bearable' }
}

type Vulnerable = Extract<Diagnostics, { status: 'vulnerable' }>

const isExplosive = (found: Diagnostics): found is Vulnerable =>
  found.status === 'vulnerable' &&
  (found.complexity.type === 'exponential' || found.complexity.degree > degreeMax)

const explosive = ({ attack, complexity }: Vulnerable): PatternCost => ({
  kind: 'explosive',
  growth:
    complexity.type === 'exponential'
      ? 'doubles with every few characters'
      : `grows as the length to the power of ${complexity.degree}`,
  example: attack.pattern,
})
