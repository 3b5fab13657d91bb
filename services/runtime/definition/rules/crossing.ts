/** Largest time that a JavaScript date can hold: a crossing after it never happens. */
const lastMs = 8.64e15

/** Numbers as rules see them: 12 significant digits, so that the order of additions cannot decide a membership. */
export const roundSignificant = (value: number): number =>
  value === 0 || (Number.isInteger(value) && Math.abs(value) < 1e12)
    ? value
    : Number(value.toPrecision(12))

/** `roundSignificant` moves no number by more than half of this part of it: where another one lies farther away, both compare as if rounded. */
export const roundingMax = 1e-11

/** value(t) of compiled.ts's `decayed` reading; never amplifies before `refTime`. */
export const decayedAt = (
  reading: { readonly valueAtRef: number; readonly refTime: number; readonly halfLifeMs: number },
  at: number,
): number =>
  at <= reading.refTime
    ? reading.valueAtRef
    : reading.valueAtRef * 2 ** (-(at - reading.refTime) / reading.halfLifeMs)

/**
 * First millisecond after `at` at which `holds` differs from what it is there, `before`; Infinity: never. `holds` must flip at most once, which is
 * true of every comparison of a monotone value with a constant. `guess` is where the closed form puts the flip: it only saves steps.
 */
export function firstFlip(
  holds: (t: number) => boolean,
  before: boolean,
  at: number,
  guess: number,
): number {
  // Beyond the last date doubles are no whole milliseconds any more.
  const start = Number.isFinite(guess) ? Math.max(at, Math.floor(Math.min(guess, lastMs))) : at
  let same = at
  let other = Infinity
  // Doubling steps away from the guess bracket the flip; the closed form is right to a millisecond or two, so few are needed.
  if (holds(start) === before) {
    same = start
    for (let step = 1; other === Infinity; step *= 2) {
      const probe = start + step
      if (probe > lastMs) return Infinity
      if (holds(probe) === before) same = probe
      else other = probe
    }
  } else {
    other = start
    for (let step = 1; start - step > at; step *= 2) {
      const probe = start - step
      if (holds(probe) === before) {
        same = probe
        break
      }
      other = probe
    }
  }
  while (other - same > 1) {
    const middle = same + Math.floor((other - same) / 2)
    if (holds(middle) === before) same = middle
    else other = middle
  }
  return other
}
