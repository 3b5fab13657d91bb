import { moment } from '../shell/words.ts'
import type { GenerationFacts } from './facts.ts'
import { type Fact, type Finding, notLooked, ok, problem, warning } from './finding.ts'
import { meanings } from '../rebuild/describe-rebuild.ts'

/** Which generation of profile.log serves, and whether a rebuild stands still. */
export function checkGeneration(fact: Fact<GenerationFacts>): Finding {
  if (!fact.read) return notLooked('generation', fact)
  const { record, rebuilding } = fact.value
  const { live, next, previous } = record
  const serves = `generation ${live.generation} of profile.log serves`
  if (next !== null) {
    const { generation, phase, startedAt } = next
    const built = `${serves}; generation ${generation} is being built since ${moment(startedAt)}: ${meanings[phase]}`
    if (rebuilding) return ok('generation', built)
    const isServing = phase === 'preparing' || phase === 'building'
    const fix =
      'tributary rebuild goes on with it, tributary rebuild abort gives it up while tables have not changed places.'
    return isServing
      ? warning('generation', `${built}, and nobody is at it`, fix)
      : problem('generation', `${built}, nobody is at it, and services wait for it`, fix)
  }
  return previous === null
    ? ok('generation', serves)
    : warning(
        'generation',
        `${serves}; generation ${previous.generation} was replaced and still takes room`,
        'tributary rebuild drop',
      )
}
