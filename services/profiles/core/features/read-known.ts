import type { CompiledFeature } from '#runtime/definition/compiled.ts'
import { type EpochMs, epochMs } from '#runtime/event/ids.ts'
import type { ConsentGate } from '../consent/gate.ts'
import type { Summed } from '../content/sum-contents.ts'
import { newestAt } from './algebra.ts'
import { algebraOf } from './algebras.ts'
import { derive } from './derive.ts'
import type { Known } from './known.ts'

const withheld: Known = { kind: 'withheld' }
const absent: Known = { kind: 'absent' }

export function readKnown(
  feature: CompiledFeature,
  summed: Pick<Summed, 'features'>,
  gate: Pick<ConsentGate, 'given'>,
): Known {
  if (!gate.given(feature.purpose)) return withheld
  if (feature.derivation !== null)
    return derive(feature, feature.derivation, (input) => readKnown(input, summed, gate))
  const state = summed.features.get(feature.id)
  if (state === undefined) return absent
  const refAt = newestAt(state)
  return {
    kind: 'known',
    value: algebraOf(feature.kind).finalize(state, feature),
    refAt,
    staleAt: staleAfter(refAt, feature),
  }
}

const staleAfter = (refAt: EpochMs, { maxAgeMs }: CompiledFeature): EpochMs | null =>
  maxAgeMs === null ? null : epochMs(refAt + maxAgeMs)
