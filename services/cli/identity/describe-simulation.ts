import type { SimulatedIdentifier, Simulation } from './simulation.ts'

const show = ({ type, value }: SimulatedIdentifier): string => `${type}=${value}`

/** The result for people: who is who, and what was decided. */
export function describeSimulation({ profiles, events, decisions }: Simulation): string {
  const duplicates = events.filter(({ duplicate }) => duplicate).length
  const unattributed = events.filter(({ fragment }) => fragment === null).length
  const lines = [
    `${events.length} events (${duplicates} duplicates, ${unattributed} without a usable identifier), ${profiles.length} profiles, ${decisions.length} decisions`,
    '',
    ...profiles.flatMap(({ profile_id, identifiers, born, aliases }) => [
      `${profile_id}  born ${born}`,
      ...identifiers.map((one) => `    ${show(one)}`),
      ...(aliases.length === 0 ? [] : [`    before: ${aliases.join(', ')}`]),
    ]),
  ]
  if (decisions.length > 0) lines.push('')
  for (const { at, outcome, rule, evidence, identifiers, demoted } of decisions)
    lines.push(
      `${at}  ${outcome} by ${rule}: ${identifiers.map(show).join(' + ')}${
        demoted.length === 0 ? '' : `, without ${demoted.map(show).join(', ')}`
      }  (${evidence.join(', ')})`,
    )
  return `${lines.join('\n')}\n`
}
