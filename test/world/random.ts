/** A seeded stream of random numbers: the same seed gives the same world. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform integer in [0, below). */
  int(below: number): number
  chance(probability: number): boolean
  pick<T>(items: readonly [T, ...T[]]): T
  /** Lower-case hexadecimal digits. */
  hex(digits: number): string
  /** Version 4 in form, not in randomness. */
  uuid(): string
}

/** sfc32 by Chris Doty-Humphrey (PractRand), seeded from up to four 32-bit words. */
export function createRandom(...seed: readonly number[]): Random {
  let [a = 0, b = 0, c = 0, d = 1] = seed.map((word) => word | 0)
  const word = (): number => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + t) | 0
    return t >>> 0
  }
  for (let i = 0; i < 12; i++) word()
  const next = (): number => word() / 2 ** 32
  const int = (below: number): number => Math.floor(next() * below)
  const hex = (digits: number): string => {
    let text = ''
    while (text.length < digits) text += word().toString(16).padStart(8, '0')
    return text.slice(0, digits)
  }
  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick: (items) => items[int(items.length)] ?? items[0],
    hex,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
  }
}
