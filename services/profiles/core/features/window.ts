import type { CompiledFeature } from '#runtime/definition/compiled.ts'
import type { Step } from '#runtime/definition/rules/steps.ts'
import { epochMs } from '#runtime/event/ids.ts'
import type { CalendarWindow } from '#runtime/time/calendar-window.ts'
import { type FeatureAlgebra, isFiniteNumber } from './algebra.ts'
import type { FeatureState } from '../state.ts'
import { addExact, type Partials, roundExact, wholeExact } from './exact-sum.ts'
import { moneyOfUnits, moneyValue } from './money.ts'
import { readExact } from './read-amount.ts'

/**
 * [newest event time, buckets in rising order, what each holds]: a number of events, or the exact partials of a sum. Kept are the window
 * that ends with the newest event's bucket and one bucket before it, since a reader may be a few minutes behind the newest event; older
 * buckets are in no window that anybody can still ask for.
 */
type State<H> = [newestAt: number, buckets: number[], held: H[]]

/** Window of a feature. @throws TypeError when the definition was compiled without one. */
export function windowOf({ window, name, kind }: CompiledFeature): CalendarWindow {
  if (window === null) throw new TypeError(`feature ${name} of kind ${kind} has no window`)
  return window
}

const oldestKept = (newestAt: number, window: CalendarWindow): number =>
  window.bucketOf(newestAt) - window.buckets

/** Forgets, in place, what has left every window. */
function prune<H>(state: State<H>, window: CalendarWindow): State<H> {
  const oldest = oldestKept(state[0], window)
  const first = state[1].findIndex((bucket) => bucket >= oldest)
  if (first !== 0) {
    const gone = first === -1 ? state[1].length : first
    state[1].splice(0, gone)
    state[2].splice(0, gone)
  }
  return state
}

interface Holding<H> {
  /** Adds `more` to what a bucket holds, in place or not. */
  readonly add: (held: H | undefined, more: H) => H
  readonly copy: (held: H) => H
}

/** Adds to a bucket, in place; one that is too old is in no window. */
function put<H>(state: State<H>, bucket: number, more: H, { add, copy }: Holding<H>): void {
  const [, buckets, held] = state
  let at = buckets.length
  while (at > 0 && (buckets[at - 1] ?? bucket) > bucket) at -= 1
  if (buckets[at - 1] === bucket) held[at - 1] = add(held[at - 1], more)
  else {
    buckets.splice(at, 0, bucket)
    held.splice(at, 0, copy(more))
  }
}

function addEvent<H>(
  state: State<H> | undefined,
  at: number,
  more: H,
  window: CalendarWindow,
  holding: Holding<H>,
): State<H> {
  const bucket = window.bucketOf(at)
  if (state === undefined) return [at, [bucket], [holding.copy(more)]]
  if (at > state[0]) {
    state[0] = at
    put(state, bucket, more, holding)
    return prune(state, window)
  }
  if (bucket >= oldestKept(state[0], window)) put(state, bucket, more, holding)
  return state
}

function mergeStates<H>(
  a: State<H>,
  b: State<H>,
  window: CalendarWindow,
  holding: Holding<H>,
): State<H> {
  const sum: State<H> = [Math.max(a[0], b[0]), [...a[1]], a[2].map((held) => holding.copy(held))]
  for (const [index, bucket] of b[1].entries()) {
    const held = b[2][index]
    if (held !== undefined) put(sum, bucket, held, holding)
  }
  return prune(sum, window)
}

/** Sums up what is in the window; exact, so that a bucket that leaves takes away just what it brought. */
interface Total<H> {
  change(held: H, sign: 1 | -1): void
  /** The total as it stands. */
  value(): Omit<Step, 'from'>
}

/**
 * What the window says from which moment on: from the start of the bucket before the newest event's, then whenever a bucket enters or leaves and the
 * total is another one.
 */
function steps<H>(state: State<H>, window: CalendarWindow, total: Total<H>): readonly Step[] {
  const [newestAt, buckets, held] = state
  const newest = window.bucketOf(newestAt)
  const found: Step[] = []
  let entered = 0
  let left = 0
  // The last bucket to leave is at most the newest one.
  for (let present = newest - 1; ; ) {
    for (; (buckets[entered] ?? Infinity) <= present; entered += 1) {
      const one = held[entered]
      if (one !== undefined) total.change(one, 1)
    }
    for (; left < entered && (buckets[left] ?? Infinity) <= present - window.buckets; left += 1) {
      const one = held[left]
      if (one !== undefined) total.change(one, -1)
    }
    const step = { from: epochMs(window.startOf(present)), ...total.value() }
    if (
      found.length === 0 ||
      found.at(-1)?.value !== step.value ||
      found.at(-1)?.decimal !== step.decimal
    )
      found.push(step)
    const enters = buckets[entered] ?? Infinity
    const leaves = (buckets[left] ?? Infinity) + window.buckets
    const next = present < newest ? newest : Math.min(enters, leaves)
    if (next === Infinity) return found
    present = Math.max(next, present + 1)
  }
}

function countsTotal(): Total<number> {
  let count = 0
  return {
    change: (held, sign) => {
      count += sign * held
    },
    value: () => ({ value: count, decimal: null }),
  }
}

function sumsTotal(isMoney: boolean): Total<Partials> {
  const total: Partials = [0]
  return {
    change: (held, sign) => {
      for (const partial of held) addExact(total, sign * partial)
    },
    value() {
      if (!isMoney) return { value: roundExact(total), decimal: null }
      const [only] = total
      const money =
        total.length === 1 && Number.isSafeInteger(only)
          ? moneyOfUnits(only ?? 0)
          : moneyValue(wholeExact(total))
      return money.kind === 'money'
        ? { value: money.value, decimal: money.decimal }
        : { value: null, decimal: null }
    },
  }
}

const counts: Holding<number> = { add: (held = 0, more) => held + more, copy: (held) => held }
const sums: Holding<Partials> = {
  add(held = [], more) {
    for (const partial of more) addExact(held, partial)
    return held
  },
  copy: (held) => [...held],
}

function acceptsBuckets(state: FeatureState, isHeld: (held: unknown) => boolean): boolean {
  const [at, buckets, held] = state
  return (
    state.length === 3 &&
    isFiniteNumber(at) &&
    Array.isArray(buckets) &&
    Array.isArray(held) &&
    buckets.length === held.length &&
    buckets.length > 0 &&
    buckets.every(
      (bucket, index) =>
        Number.isSafeInteger(bucket) && (index === 0 || bucket > Number(buckets[index - 1])),
    ) &&
    held.every(isHeld)
  )
}

/** Number of events in the window. */
export const windowCount: FeatureAlgebra<State<number>> = {
  reads: 'nothing',
  update: (state, feature, _value, _key, { occurredAt }) =>
    addEvent(state, occurredAt, 1, windowOf(feature), counts),
  merge: (a, b, feature) => mergeStates(a, b, windowOf(feature), counts),
  finalize: (state, feature) => ({
    kind: 'steps',
    steps: steps(state, windowOf(feature), countsTotal()),
  }),
  accepts: (state): state is State<number> =>
    acceptsBuckets(state, (held) => Number.isSafeInteger(held)),
}

/** Sum of values in the window, exact. */
export const windowSum: FeatureAlgebra<State<Partials>> = {
  reads: 'value',
  update(state, feature, value, _key, { occurredAt }) {
    const amount = readExact(value, feature)
    if (typeof amount === 'string') return amount
    return addEvent(state, occurredAt, [amount], windowOf(feature), sums)
  },
  merge: (a, b, feature) => mergeStates(a, b, windowOf(feature), sums),
  finalize: (state, feature) => ({
    kind: 'steps',
    steps: steps(state, windowOf(feature), sumsTotal(feature.currency !== null)),
  }),
  accepts: (state): state is State<Partials> =>
    acceptsBuckets(
      state,
      (held) => Array.isArray(held) && held.length > 0 && held.every(isFiniteNumber),
    ),
}
