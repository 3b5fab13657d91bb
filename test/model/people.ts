import type { FragmentId, ProfileId } from '#runtime/event/ids.ts'
import { birthProfileId, createPseudonymiser, homeOf } from '#runtime/pseudonym/pseudonym.ts'

export const pseudonymiser = createPseudonymiser(new Uint8Array(32).fill(7))

const values = [
  ['user_id', 'u-4711'],
  ['user_id', 'u-4712'],
  ['email', 'anna@shop.test'],
  ['email', 'ben@shop.test'],
  ['email', 'cleo@shop.test'],
  ['anonymous_id', 'a1b2c3d4e5'],
  ['anonymous_id', 'f6a7b8c9d0'],
] as const

/** Identifiers as producers write them, by the pseudonym that the product makes of them. */
const plain = new Map(
  values.map(([type, value]) => [pseudonymiser.fragmentId(type, value), { type, value }]),
)

export const allIdentifiers: readonly FragmentId[] = [...plain.keys()]

/** It names nobody: silence ends it. */
export const isAnonymous = (id: string): boolean => id.startsWith('anonymous_id:')

export function plainOf(id: string): { readonly type: string; readonly value: string } {
  const found = [...plain].find(([pseudonym]) => pseudonym === id)
  if (found === undefined) throw new RangeError(`nobody is called ${id}`)
  return found[1]
}

const births = new Map<FragmentId, ProfileId>()
export function birthOf(fragment: FragmentId): ProfileId {
  let birth = births.get(fragment)
  if (birth === undefined) {
    birth = birthProfileId(fragment)
    births.set(fragment, birth)
  }
  return birth
}

export const homeIn = (
  { partitions }: { readonly partitions: number },
  fragment: FragmentId,
): number => homeOf(fragment, partitions)

const order = ['user_id', 'email', 'anonymous_id']

/** As the product ranks them: by type, equal types by pseudonym. */
export const byPriority = (a: string, b: string): number =>
  order.indexOf(a.slice(0, a.indexOf(':'))) - order.indexOf(b.slice(0, b.indexOf(':'))) ||
  (a < b ? -1 : 1)
