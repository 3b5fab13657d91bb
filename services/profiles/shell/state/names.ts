/**
 * At most so many: those of a pipeline file are some hundred, and each deployment adds the hashes of the rules that it changes. What
 * comes later is written out.
 */
export const namesMax = 2000

/** A name with the number that stands for it in rows. */
export type NumberedName = readonly [number: number, name: string]

/**
 * Names that every row of a state repeats (features, traits, purposes, segments, hashes of rules) as numbers, in the order in which they first
 * came. A store keeps them beside its rows, in the transaction of the first row that has one. No name is of a person.
 */
export interface Names {
  /** undefined: there is no number left for it. */
  numberOf(name: string): number | undefined
  /** @throws Error when the store never gave that number out */
  nameOf(number: number): string
  /** Those that were new since this was asked last. */
  taken(): readonly NumberedName[]
}

export function createNames(known: Iterable<NumberedName> = []): Names {
  const names: string[] = []
  for (const [number, name] of known) names[number] = name
  const numbers = new Map(names.map((name, number) => [name, number]))
  /** Behind the last that was taken. */
  let next = names.length
  return {
    numberOf(name) {
      const number = numbers.get(name)
      if (number !== undefined || names.length >= namesMax) return number
      numbers.set(name, names.length)
      return names.push(name) - 1
    },
    nameOf(number) {
      const name = names[number]
      if (name === undefined) throw new Error(`no name has the number ${number} in this state`)
      return name
    },
    taken() {
      const from = next
      next = names.length
      return names.slice(from).map((name, at) => [from + at, name])
    },
  }
}
