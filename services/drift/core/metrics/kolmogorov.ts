import gammaln from '@stdlib/math-base-special-gammaln'

/*
 * P(D_n >= d) of the one-sample two-sided Kolmogorov-Smirnov statistic, which the two-sample one follows with n = n₁n₂/(n₁+n₂). No library on npm has
 * it; which method holds where is from Simard and L'Ecuyer (2011), "Computing the Two-Sided Kolmogorov-Smirnov Distribution".
 */

/** @param n Whole, at least 1. @param d From 0 to 1. */
export function kolmogorovSurvival(n: number, d: number): number {
  const nd = n * d
  if (d >= 1) return 0
  if (nd <= 0.5) return 1
  if (nd <= 1) return 1 - Math.exp(gammaln(n + 1) - n * Math.log(n) + n * Math.log(2 * nd - 1))
  if (nd >= n - 1) return 2 * (1 - d) ** n
  const ndd = nd * d
  if (d >= 0.5 || ndd >= 4 || (n > smallMax && ndd >= 2.2))
    return ndd >= 370 ? 0 : 2 * (n > sumMax && d < 0.5 ? smirnovLimit(n, d) : smirnovSurvival(n, d))
  return n <= smallMax || (n <= matrixMax && nd * Math.sqrt(d) <= 1.4)
    ? 1 - durbinMatrix(n, d)
    : pelzGoodSurvival(n, d)
}

const smallMax = 140
const matrixMax = 100_000
/** A sum of as many terms as there are values: of ten million it would hold up all else for a second, once a figure. */
const sumMax = 100_000

/** One-sided: d·Σ C(n, j)·(d + j/n)^(j−1)·(1 − d − j/n)^(n−j) (Birnbaum and Tingey 1951); all terms are positive. */
function smirnovSurvival(n: number, d: number): number {
  let total = 0
  const whole = gammaln(n + 1)
  for (let j = 0; j <= Math.floor(n * (1 - d)); j += 1) {
    const rest = 1 - d - j / n
    if (rest <= 0) continue
    total += Math.exp(
      whole -
        gammaln(j + 1) -
        gammaln(n - j + 1) +
        (j - 1) * Math.log(d + j / n) +
        (n - j) * Math.log(rest),
    )
  }
  return d * total
}

/**
 * The same of very many: exp of Smirnov's expansion in 1/√n, to 1/n, which is within 1e-9 of the sum from `sumMax` on (and within 1e-4 of it, relatively,
 * down to 1e-87).
 */
function smirnovLimit(n: number, d: number): number {
  const zz = n * d * d
  return Math.exp(-2 * zz - (2 * d) / 3 + (4 * zz) / (9 * n) - (4 * zz * zz) / (9 * n))
}

type Matrix = readonly Float64Array[]

const scaleBits = 128
const scale = 2 ** scaleBits

/** P(D_n < d) as n!/nⁿ times an element of a matrix's n-th power (Durbin 1968; Marsaglia, Tsang and Wang 2003). */
function durbinMatrix(n: number, d: number): number {
  const k = Math.ceil(n * d)
  const h = k - n * d
  const size = 2 * k - 1
  const base = stepMatrix(size, h)
  let power: Matrix = base.map((row, i) => row.map((_, j) => (i === j ? 1 : 0)))
  let square = base
  let [powerBits, squareBits] = [0, 0]
  for (let left = n; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) {
      power = times(power, square)
      powerBits += squareBits
    }
    square = times(square, square)
    squareBits *= 2
    if ((square[k - 1]?.[k - 1] ?? 0) > scale) {
      square = square.map((row) => row.map((value) => value / scale))
      squareBits += scaleBits
    }
  }
  let p = power[k - 1]?.[k - 1] ?? 0
  for (let i = 1; i <= n; i += 1) {
    p = (p * i) / n
    if (p < 1 / scale) {
      p *= scale
      powerBits -= scaleBits
    }
  }
  return p * 2 ** powerBits
}

function stepMatrix(size: number, h: number): Matrix {
  const factorials = [1]
  for (let i = 1; i <= size; i += 1) factorials.push((factorials[i - 1] ?? 1) * i)
  const over = (i: number): number => factorials[i] ?? Number.POSITIVE_INFINITY
  const rows = Array.from({ length: size }, (_row, i) =>
    Float64Array.from({ length: size }, (_cell, j) => (i - j + 1 < 0 ? 0 : 1 / over(i - j + 1))),
  )
  for (let i = 0; i < size; i += 1) {
    const first = rows[i]
    const last = rows[size - 1]
    if (first !== undefined) first[0] = (1 - h ** (i + 1)) / over(i + 1)
    if (last !== undefined) last[size - 1 - i] = (1 - h ** (i + 1)) / over(i + 1)
  }
  const corner = rows[size - 1]
  if (corner !== undefined)
    corner[0] = (1 - 2 * h ** size + Math.max(0, 2 * h - 1) ** size) / over(size)
  return rows
}

function times(a: Matrix, b: Matrix): Matrix {
  const size = a.length
  return a.map((row) => {
    const out = new Float64Array(size)
    for (const [k, factor] of row.entries()) {
      const other = b[k]
      if (factor === 0 || other === undefined) continue
      for (let j = 0; j < size; j += 1) out[j] = (out[j] ?? 0) + factor * (other[j] ?? 0)
    }
    return out
  })
}

/** 1 − (K₀ + K₁/√n + K₂/n + K₃/n^1.5) at z = d√n (Pelz and Good 1976), each a theta function in its form for small z. */
function pelzGoodSurvival(n: number, d: number): number {
  const z = d * Math.sqrt(n)
  const [z2, z4, z6] = [z ** 2, z ** 4, z ** 6]
  const pi2 = Math.PI ** 2
  const terms = Math.ceil((16 * z) / Math.PI)
  let [k0, k1, k2, k3] = [0, 0, 0, 0]
  for (let k = terms; k >= 1; k -= 1) {
    const odd2 = (2 * k - 1) ** 2
    const [odd4, odd6] = [odd2 ** 2, odd2 ** 3]
    const weight = Math.exp((-odd2 * pi2) / (8 * z2))
    k0 += weight
    k1 += weight * (-z2 + (pi2 / 4) * odd2)
    k2 +=
      weight *
      (6 * z6 +
        2 * z4 +
        ((2 * z4 - 5 * z2) * pi2 * odd2) / 4 +
        (pi2 ** 2 * (1 - 2 * z2) * odd4) / 16)
    k3 +=
      weight *
      (-30 * z6 -
        90 * z ** 8 +
        (pi2 * (135 * z4 - 96 * z6) * odd2) / 4 +
        (pi2 ** 2 * (-60 * z2 + 212 * z4) * odd4) / 16 +
        (pi2 ** 3 * (5 - 30 * z2) * odd6) / 64)
  }
  let [even2, even3] = [0, 0]
  for (let k = terms; k >= 1; k -= 1) {
    const square = k ** 2
    const weight = square * Math.exp((-square * pi2) / (2 * z2))
    even2 += weight
    even3 += weight * (3 * z2 - pi2 * square)
  }
  const root = Math.sqrt(2 * Math.PI)
  const parts = [
    (root / z) * k0,
    (root / (6 * z4)) * k1,
    (root / (72 * z ** 7)) * k2 - ((pi2 * root) / (36 * z ** 3)) * even2,
    (root / (6480 * z ** 10)) * k3 + ((pi2 * root) / (216 * z6)) * even3,
  ]
  return parts.reduce((rest, part, power) => rest - part / n ** (power / 2), 1)
}
