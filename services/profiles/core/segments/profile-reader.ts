import type {
  CompiledDefinition,
  CompiledFeature,
  ProfileReader,
  Reading,
} from '#runtime/definition/compiled.ts'
import { roundSignificant } from '#runtime/definition/rules/crossing.ts'
import { type EpochMs, epochMs } from '#runtime/event/ids.ts'
import { type ConsentGate, createGate } from '../consent/gate.ts'
import type { Summed } from '../content/sum-contents.ts'
import { halfLifeOf } from '../features/algebra.ts'
import { type Known, readKnown } from '../features/read-known.ts'
import { resolveTrait } from '../traits/resolve-trait.ts'

const absent: Reading = { kind: 'absent' }
/**
 * What may not be read is unknown, like something long stale. Not absent: an absent count is 0, and `orders == 0` would then hold for
 * everyone who withdrew.
 */
const withheld: Reading = { kind: 'constant', value: false, staleAt: epochMs(-Infinity) }

/**
 * What rules read of one profile at one moment. Trait candidates are resolved at `at`; the reading's `staleAt` says when to look again.
 */
export interface ProfileView extends ProfileReader {
  readonly gate: ConsentGate
}

export function createProfileView(
  summed: Summed,
  definition: CompiledDefinition,
  at: EpochMs,
): ProfileView {
  const gate = createGate(summed.consent)
  return {
    gate,
    feature(name) {
      const feature = definition.featureByName.get(name)
      if (feature === undefined) return absent
      const known = readKnown(feature, summed, gate)
      if (known.kind === 'withheld') return withheld
      return known.kind === 'absent' ? absent : readingOf(known, feature)
    },
    trait(name) {
      const trait = definition.traitByName.get(name)
      if (trait === undefined) return absent
      if (!gate.given(trait.purpose)) return withheld
      const candidates = summed.traits.get(name)
      if (candidates === undefined) return absent
      const resolved = resolveTrait(candidates, trait, definition, at)
      if (resolved === null) return absent
      const { value } = resolved.candidate
      return { kind: 'constant', value: rounded(value), staleAt: resolved.staleAt }
    },
  }
}

const rounded = <T>(value: T): T | number =>
  typeof value === 'number' ? roundSignificant(value) : value

function readingOf(
  { refAt, staleAt, value }: Extract<Known, { kind: 'known' }>,
  feature: CompiledFeature,
): Reading {
  switch (value.kind) {
    case 'plain':
    case 'money':
      return { kind: 'constant', value: rounded(value.value), staleAt }
    case 'decayed':
      return {
        kind: 'decayed',
        valueAtRef: value.valueAtRef,
        refTime: refAt,
        halfLifeMs: halfLifeOf(feature),
        staleAt,
      }
    case 'instant':
      return { kind: 'instant', at: value.at, staleAt }
    case 'ranked':
    case 'shares':
      return { kind: 'ranked', keys: value.entries.map(([key]) => key), staleAt }
    case 'steps':
      return { kind: 'steps', steps: value.steps, staleAt }
    case 'rate':
      return { kind: 'rate', events: value.events, firstAt: value.firstAt, staleAt }
    case 'out_of_range':
    case 'none':
      return absent
    default:
      return value satisfies never
  }
}
