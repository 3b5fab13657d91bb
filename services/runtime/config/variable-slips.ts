import { nearest } from '../spelling/did-you-mean.ts'
import type { Environment } from './variable.ts'

const ours = 'TRIBUTARY_'
/** Of other programs too, so that only a name which goes on or breaks off counts: CLICKHOUSE_USERNAME, KAFKA_USER. */
const shared = /^(?:KAFKA|CLICKHOUSE|REGISTRY)_.{4}/

/**
 * Variables that look like one of `known` and are none: a slip leaves a default in force in silence. What is like none of them may be for
 * another service, which has the same environment.
 */
export function variableSlips(env: Environment, known: readonly string[]): readonly string[] {
  const names = known.filter((name) => name.startsWith(ours)).map((name) => name.slice(ours.length))
  const meantBy = (name: string): string | null => {
    if (name.startsWith(ours)) {
      const meant = nearest(name.slice(ours.length), names)
      return meant === null ? null : `${ours}${meant}`
    }
    if (!shared.test(name)) return null
    return known.find((one) => one.startsWith(name) || name.startsWith(one)) ?? null
  }
  return Object.keys(env)
    .filter((name) => !known.includes(name))
    .flatMap((name) => {
      const meant = meantBy(name)
      return meant === null
        ? []
        : [`${name} is no variable of this service: did you mean ${meant}?`]
    })
}
