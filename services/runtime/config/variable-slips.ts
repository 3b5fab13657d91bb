import { nearest } from '../spelling/did-you-mean.ts'
import type { Environment } from './variable.ts'

const ours = 'TRIBUTARY_'

/**
 * Variables that look like one of `known` and are none: a slip leaves a default in force in silence. What is like none of them may be for
 * another service, which has the same environment.
 */
export function variableSlips(env: Environment, known: readonly string[]): readonly string[] {
  const names = known.filter((name) => name.startsWith(ours)).map((name) => name.slice(ours.length))
  return Object.keys(env)
    .filter((name) => name.startsWith(ours) && !known.includes(name))
    .flatMap((name) => {
      const meant = nearest(name.slice(ours.length), names)
      return meant === null
        ? []
        : [`${name} is no variable of this service: did you mean ${ours}${meant}?`]
    })
}
