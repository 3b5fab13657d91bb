import type { JsonValue } from '#runtime/event/event.ts'
import { describeExplanation } from '../explain/describe-explanation.ts'
import type { FeatureSimulation, SimulatedPerson } from './simulation.ts'

const shown = (value: unknown): string => {
  if (typeof value === 'number') return String(Number(value.toPrecision(6)))
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) return JSON.stringify(value)
  const entries: readonly JsonValue[] = value
  return entries
    .map((entry) => (Array.isArray(entry) ? entry.map(shown).join(' ') : shown(entry)))
    .join(', ')
}

/** The result for people: who, with what, where, and how they came there. What nobody has is left out. */
export function describeFeatures(simulation: FeatureSimulation): string {
  const { as_of, events, profiles, refused } = simulation
  const lines = [
    `as of ${as_of}: ${profiles.length} profiles from ${events.applied} events (${events.duplicates} duplicates, ${events.unattributed} without a usable identifier, ${events.left_out} after that time)`,
    ...refused.map(
      ({ detail, id, line, reason }) => `refused: line ${line}, ${id}: ${reason}: ${detail}`,
    ),
    ...profiles.flatMap((profile) => ['', ...describePerson(profile)]),
  ]
  return `${lines.join('\n')}\n`
}

function describePerson(person: SimulatedPerson): readonly string[] {
  const who = person.identifiers.map(({ type, value }) => `${type}=${value}`).join(' ')
  const features = Object.entries(person.features).filter(([, { value }]) => value !== null)
  const traits = Object.entries(person.traits)
  const withheld = Object.entries(person.consent).filter(
    ([, state]) => state === 'denied' || state === 'unanswered',
  )
  const segments = Object.entries(person.segments)
  return [
    `${person.profile_id}  ${who}`,
    ...features.map(
      ([name, { stale, value }]) => `  ${name} = ${shown(value)}${stale ? ' (stale)' : ''}`,
    ),
    ...traits.map(
      ([name, { source, stale, value }]) =>
        `  traits.${name} = ${shown(value)} (${source}${stale ? ', stale' : ''})`,
    ),
    ...(withheld.length === 0
      ? []
      : [`  withheld: ${withheld.map(([purpose, state]) => `${purpose} (${state})`).join(', ')}`]),
    ...segments.flatMap(([name, { entered_at, explanation, member, next_change_at }]) => [
      ...(member || next_change_at !== null
        ? [
            `  ${member ? `in ${name} since ${entered_at ?? ''}` : `not in ${name}`}${
              next_change_at === null ? '' : `; changes by itself at ${next_change_at}`
            }`,
          ]
        : []),
      ...(explanation === undefined
        ? []
        : describeExplanation(explanation)
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => `    ${line}`)),
    ]),
    ...person.transitions.map(
      ({ at, because, cause, segment, to }) =>
        `  ${at} ${to} ${segment} (${cause}): ${Object.entries(because)
          .map(([name, value]) => `${name} ${shown(value)}`)
          .join(', ')}`,
    ),
  ]
}
