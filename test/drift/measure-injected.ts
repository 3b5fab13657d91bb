import { baselineDays } from '../../services/drift/core/store/baseline.ts'
import type { Notice } from '../../services/drift/core/watch/window.ts'
import { type InjectedChange, injectedChanges } from './injected-changes.ts'
import { createWatch, usualPlan, type Watch } from './watch.ts'

/** What an on-call hears after one change. */
export interface Heard {
  readonly change: InjectedChange
  readonly seed: number
  /** Windows until it was told, 1 for that of the change; null: not within those looked at. */
  readonly windows: number | null
  /** Causes that the alerts name, each once. */
  readonly named: readonly string[]
  readonly told: number
  readonly inhibited: number
}

/** Within so many windows a change has to be found … */
export const windowsMax = 3
/** … and so many are listened to. */
const windowsHeard = 6
/** Quiet ones before it, so that nothing but the change is new. */
const quietWindows = 3

/** All changes, each in a copy of the same shop. */
export function injectedInto(seed: number, heard: () => void = () => {}): readonly Heard[] {
  const plan = usualPlan(seed)
  const watch = createWatch(plan)
  for (let window = 0; window < quietWindows; window += 1) watch.day()
  const day = plan.warmUpDays + baselineDays + quietWindows
  return injectedChanges.map((change) => {
    const one = hear(watch.copy(), change, seed, day)
    heard()
    return one
  })
}

function hear(watch: Watch, change: InjectedChange, seed: number, day: number): Heard {
  const disturbed = change.from(day, seed)
  const named = new Set<string>()
  let windows: number | null = null
  let [told, inhibited] = [0, 0]
  for (let window = 0; window < windowsHeard; window += 1)
    for (const notice of watch.day(disturbed(day + window)).notices) {
      if (notice.turn !== 'opened') continue
      if (notice.inhibited) {
        inhibited += 1
        continue
      }
      told += 1
      named.add(namedCause(notice))
      if (namedCause(notice) === change.cause) windows ??= window + 1
    }
  return { change, seed, windows, named: [...named], told, inhibited }
}

/** What an alert says is behind it: its first cause; if it has none, itself. */
export function namedCause({ causes: [first], assessment: { subject, unit } }: Notice): string {
  if (first !== undefined) return first.kind === 'upstream' ? first.subject.kind : first.kind
  const isEmptier = unit === 'share' && (subject.kind === 'feature' || subject.kind === 'trait')
  return isEmptier ? 'nulls' : subject.kind
}

export const isFound = ({ windows }: Heard): boolean => windows !== null && windows <= windowsMax

/** Told of nothing but the change. */
export const isRight = (one: Heard): boolean =>
  isFound(one) && one.named.every((cause) => cause === one.change.cause)
