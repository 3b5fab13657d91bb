import { type FragmentId, typeOf } from '#runtime/event/ids.ts'
import { devicesBetween } from './ambiguity.ts'
import { componentOf, type Fold } from './fold.ts'
import { admit, type Breach, breachOf, type LinkFacts, newPlan, type Plan } from './rules.ts'

export interface Refusal {
  readonly id: FragmentId
  readonly breach: Breach
}

export interface Attempt {
  readonly plan: Plan
  readonly refused: readonly Refusal[]
  /** Devices to be dropped first: they alone would glue two people together. */
  readonly shared: readonly FragmentId[]
}

/** Walks the identifiers best first and admits each that breaks no rule, so that a breach costs the least. Writes nothing. */
export function plan(
  fold: Fold,
  facts: LinkFacts,
  ids: readonly FragmentId[],
  authority: boolean,
): Attempt {
  const growing = newPlan()
  const refused: Refusal[] = []
  for (const id of ids) {
    const breach = breachOf(fold, growing, id, facts, authority)
    if (breach === null) {
      admit(fold, growing, id)
      continue
    }
    if (breach.rule === 'unique') {
      const shared = devicesInConflict(fold, growing, id, breach.types)
      if (shared.length > 0) return { plan: growing, refused, shared }
    }
    refused.push({ id, breach })
  }
  return { plan: growing, refused, shared: [] }
}

/**
 * The devices but for which the two would not conflict. None, when something better than a device connects either side with its value
 * of one of the types: then the devices are not to blame.
 */
function devicesInConflict(
  fold: Fold,
  growing: Plan,
  id: FragmentId,
  types: readonly string[],
): readonly FragmentId[] {
  const blamed = types.map(
    (type) => devicesBetween(fold, id, type) ?? devicesBefore(fold, growing, type),
  )
  return blamed.includes(null) ? [] : [...new Set(blamed.flatMap((devices) => devices ?? []))]
}

/** Devices that alone connect what was admitted already with its unique value; null: more than devices does. */
function devicesBefore(fold: Fold, growing: Plan, type: string): readonly FragmentId[] | null {
  const carriers = growing.accepted.filter(
    (id) =>
      typeOf(id) === type || (fold.state.component(componentOf(fold, id))?.counts[type] ?? 0) > 0,
  )
  const between = carriers.map((id) => devicesBetween(fold, id, type))
  return between.includes(null) ? null : between.flatMap((devices) => devices ?? [])
}
