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
import type { Known } from '../features/known.ts'
import { readKnown } from '../features/read-known.ts'
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

export const createProfileView = (
  summed: Summed,
  definition: CompiledDefinition,
  at: EpochMs,
): ProfileView => new View(summed, definition, at)

interface Place {
  readonly feature: CompiledFeature
  readonly index: number
}
interface Places {
  readonly byName: ReadonlyMap<string, Place>
  /** As many places, nothing read. */
  readonly unread: readonly undefined[]
}

const places = new WeakMap<CompiledDefinition, Places>()

/** Each feature of a definition with its place in it. */
function placesOf(definition: CompiledDefinition): Places {
  let known = places.get(definition)
  if (known === undefined) {
    known = {
      byName: new Map(
        definition.features.map((feature, index) => [feature.name, { feature, index }]),
      ),
      unread: definition.features.map(() => undefined),
    }
    places.set(definition, known)
  }
  return known
}

/** A class, since one is made for every touched profile: of an object with functions of its own, these would be most. */
class View implements ProfileView {
  readonly gate: ConsentGate
  private readonly summed: Summed
  private readonly definition: CompiledDefinition
  private readonly at: EpochMs
  private readonly places: Places['byName']
  /** Readings by place, since several rules read the same few features. */
  private readonly known: (Reading | undefined)[]

  constructor(summed: Summed, definition: CompiledDefinition, at: EpochMs) {
    this.gate = createGate(summed.consent)
    this.summed = summed
    this.definition = definition
    this.at = at
    const { byName, unread } = placesOf(definition)
    this.places = byName
    this.known = unread.slice()
  }

  feature(name: string): Reading {
    const place = this.places.get(name)
    if (place === undefined) return absent
    return (this.known[place.index] ??= this.read(place.feature))
  }

  private read(feature: CompiledFeature): Reading {
    const known = readKnown(feature, this.summed, this.gate)
    if (known.kind === 'withheld') return withheld
    return known.kind === 'absent' ? absent : readingOf(known, feature)
  }

  trait(name: string): Reading {
    const trait = this.definition.traitByName.get(name)
    if (trait === undefined) return absent
    if (!this.gate.given(trait.purpose)) return withheld
    const candidates = this.summed.traits.get(name)
    if (candidates === undefined) return absent
    const resolved = resolveTrait(candidates, trait, this.definition, this.at)
    if (resolved === null) return absent
    const { value } = resolved.candidate
    return { kind: 'constant', value: rounded(value), staleAt: resolved.staleAt }
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
