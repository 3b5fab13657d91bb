import type { PipelineDefinition } from '../schema.ts'
import type { Report } from './report.ts'

/** A fragment's state never passes this: a Member message carries it whole (design, section 4). */
const stateBytesMax = 256 * 1024

/** Generous sizes of one state as JSON; a top-k keeps ten times what it shows, keys of up to 200 bytes. */
const plainBytes = 160
const rankedEntryBytes = 240
/** One candidate per source and kind of a trait. */
const traitCandidateBytes = 400
const consentBytes = 120

export function stateBytes(definition: PipelineDefinition): number {
  const features = definition.features.reduce(
    (sum, { kind, k }) =>
      sum + (kind === 'decayed_topk' ? (k ?? 10) * 10 * rankedEntryBytes : plainBytes),
    0,
  )
  const traits = definition.traits.length * definition.sources.length * traitCandidateBytes
  return features + traits + Object.keys(definition.purposes).length * consentBytes
}

export function checkStateBound(definition: PipelineDefinition, report: Report): void {
  const bytes = stateBytes(definition)
  if (bytes <= stateBytesMax) return
  report.error(
    'state_too_large',
    ['features'],
    `the state of one fragment could take ${Math.ceil(bytes / 1024)} KiB, more than ${stateBytesMax / 1024}`,
    { hint: 'fewer or smaller decayed_topk features: each keeps ten times its k', atKey: true },
  )
}
