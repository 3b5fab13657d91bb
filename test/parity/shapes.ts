/** Samples in every shape that has ever broken a statistic. shapes.py makes the same, number by number. */

export interface Shape<Cell> {
  readonly reference: readonly (Cell | null)[]
  readonly current: readonly (Cell | null)[]
}

/** A linear congruential generator (Numerical Recipes), as whole numbers below 2^53, so that Python has the same doubles. */
function uniforms(seed: number, count: number): readonly number[] {
  let state = BigInt(seed)
  return Array.from({ length: count }, () => {
    state = (1664525n * state + 1013904223n) % 4294967296n
    return Number(state) / 4294967296
  })
}

/** Sums of twelve uniforms: near enough to normal. */
function numbers(
  seed: number,
  count: number,
  change: (value: number) => number = (value) => value,
): readonly number[] {
  const values = uniforms(seed, count * 12)
  return Array.from({ length: count }, (_, index) => {
    let total = 0
    for (const value of values.slice(index * 12, index * 12 + 12)) total += value
    return change(total - 6)
  })
}

const every = <Cell>(step: number, cell: Cell | null, values: readonly Cell[]) =>
  values.map((value, index) => (index % step === 0 ? cell : value))

const names = (seed: number, count: number, kinds: number, prefix = 'c'): readonly string[] =>
  uniforms(seed, count).map((value) => `${prefix}${Math.trunc(value * value * kinds)}`)

const times = <Cell>(count: number, cell: Cell): readonly Cell[] =>
  Array.from({ length: count }, () => cell)

const shape = <Cell>(
  reference: readonly (Cell | null)[],
  current: readonly (Cell | null)[],
): Shape<Cell> => ({ reference, current })

const whole =
  (factor: number, power: number) =>
  (value: number): number =>
    Math.trunc(value ** power * factor)

export const numericShapes: Readonly<Record<string, () => Shape<number>>> = {
  same: () => shape(numbers(1, 800), numbers(2, 900)),
  shifted: () =>
    shape(
      numbers(3, 700),
      numbers(4, 700, (v) => v + 0.5),
    ),
  scaled: () =>
    shape(
      numbers(5, 700),
      numbers(6, 650, (v) => v * 3),
    ),
  skewed: () =>
    shape(
      numbers(7, 900, (v) => v * v),
      numbers(8, 900, (v) => v * v * v * v),
    ),
  constant: () => shape(times(300, 5), times(200, 5)),
  constant_moved: () => shape(times(300, 5), times(200, 6)),
  all_null: () => shape<number>(numbers(9, 300), times(300, null)),
  some_null: () => shape(every(10, null, numbers(10, 600)), every(3, null, numbers(11, 500))),
  disjoint: () =>
    shape(
      numbers(12, 300),
      numbers(13, 300, (v) => v + 100),
    ),
  tiny: () => shape(numbers(14, 3), numbers(15, 4)),
  single: () => shape([1.5], [2.5]),
  huge: () =>
    shape(
      numbers(16, 500, (v) => v * 1e15),
      numbers(17, 400, (v) => v * 1e15 + 1e14),
    ),
  minute: () =>
    shape(
      numbers(18, 500, (v) => v * 1e-9),
      numbers(19, 400, (v) => v * 1.1e-9),
    ),
  ties: () => shape(uniforms(20, 900).map(whole(4, 1)), uniforms(21, 700).map(whole(4, 2))),
  integers: () => shape(uniforms(22, 900).map(whole(90, 1)), uniforms(23, 700).map(whole(120, 2))),
  zeros: () =>
    shape(
      every(
        4,
        0,
        numbers(24, 800, (v) => v * v),
      ),
      every(
        2,
        0,
        numbers(25, 800, (v) => v * v),
      ),
    ),
  infinities: () =>
    shape(
      every(50, Number.POSITIVE_INFINITY, numbers(26, 500)),
      every(40, Number.NEGATIVE_INFINITY, numbers(27, 500)),
    ),
  large: () =>
    shape(
      numbers(28, 10_500),
      numbers(29, 1200, (v) => v * 1.2 + 0.1),
    ),
}

export const categoricalShapes: Readonly<Record<string, () => Shape<string>>> = {
  same: () => shape(names(31, 900, 6), names(32, 800, 6)),
  new_category: () => shape(names(33, 900, 4), names(34, 900, 7)),
  lost_category: () => shape(names(35, 900, 7), names(36, 900, 3)),
  two: () => shape(names(37, 400, 2), names(38, 500, 2)),
  one: () => shape(times(50, 'only'), times(70, 'only')),
  many: () => shape(names(39, 3000, 90), names(40, 2500, 95)),
  some_null: () => shape(every(6, null, names(41, 600, 5)), every(4, null, names(42, 600, 5))),
  all_null: () => shape<string>(names(43, 300, 4), times(200, null)),
  disjoint: () => shape(names(44, 300, 4), names(45, 300, 4, 'd')),
}
