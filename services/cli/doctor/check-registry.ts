import { plural } from '../shell/words.ts'
import type { RegistryFacts } from './facts.ts'
import { type Fact, type Finding, ok, problem } from './finding.ts'

export function checkRegistry(fact: Fact<RegistryFacts>): Finding {
  if (!fact.read) return problem('registry', fact.why, fact.fix)
  const { subjects, compatibility } = fact.value
  const rule = compatibility === null ? '' : `, compatibility ${compatibility}`
  return ok('registry', `reachable, ${plural(subjects, 'subject')}${rule}`)
}
