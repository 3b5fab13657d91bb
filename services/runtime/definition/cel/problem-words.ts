import type { CelProblem } from './expression.ts'

/** What to do about what the library refuses. The first that fits speaks. */
const hints: readonly (readonly [RegExp, string])[] = [
  [/'age\(/, 'age() takes a moment: age(last_order_at) of a last_seen feature, or timestamp("…")'],
  [/'(?:days|hours|minutes)\(/, 'a whole number, written out: days(30)'],
  [/'(?:startsWith|endsWith|contains|matches)\(/, 'texts are asked with x.startsWith("a")'],
  [/'list\.contains\(/, 'a ranking is asked with "x" in interests'],
  [/'string\.(?:startsWith|endsWith|contains)\(/, 'takes a text in quotes: x.startsWith("a")'],
  [/'top\(/, 'top() takes a ranking (decayed_topk)'],
  [/duration [<>=!]+ number|number [<>=!]+ duration/, 'an age is compared with a span: days(30)'],
  [
    /time [<>=!]+ (?:number|duration)|(?:number|duration) [<>=!]+ time/,
    'compare its age: age(last_order_at) > days(30)',
  ],
  [/bool [<>=!]+ (?:string|number)/, 'what is true or false stands alone: traits.vip, !traits.vip'],
  [/list<\w+> [<>=!]+ |[<>=!]+ list</, 'one of several: x in ["a", "b"]'],
  [/ in number| in string/, '`in` takes a list or a ranking: x in ["a", "b"], "x" in interests'],
  [/number [<>=!]+ string/, 'a number is written without quotes'],
  [/string [<>=!]+ number/, 'a text is written in quotes'],
  [/'now\(/, 'a rule knows the time as ages: age(last_order_at) <= days(30)'],
  [/^No such key/, 'traits.x and features.x name what the pipeline file has'],
]

const atOffset: readonly (readonly [RegExp, string])[] = [
  [/^and\b/i, 'write &&'],
  [/^or\b/i, 'write ||'],
  [/^not\b/i, 'write !'],
  [/^=(?!=)/, 'write == to compare'],
  [/^<>/, 'write !='],
]

/** The library's refusal with what to do about it, where that can be told. */
export function withHint(problem: CelProblem, source: string): CelProblem {
  if (problem.hint !== null) return problem
  const rest = source.slice(problem.offset)
  const span = /\d+$/.exec(source.slice(0, problem.offset))?.[0]
  const unit = /^[smhd]\b/.exec(rest)?.[0]
  if (span !== undefined && unit !== undefined)
    return {
      ...problem,
      message: `${span}${unit} is no span of a rule`,
      hint: 'written out: days(14), hours(12), minutes(5), duration("90s")',
    }
  const word = atOffset.find(([form]) => form.test(rest))
  if (word !== undefined)
    return {
      ...problem,
      message: `${/^\S+?\b|^\S/.exec(rest)?.[0] ?? ''} is no operator`,
      hint: word[1],
    }
  return { ...problem, hint: hints.find(([form]) => form.test(problem.message))?.[1] ?? null }
}
