import type { JsonValue } from '#runtime/event/event.ts'
import type { ConsentDeclarations } from '../state.ts'

/**
 * Whether what a home says of a member's consent can give and withdraw nothing: the same answers of the same times, and a basis where there was
 * one. Bases become newer with every event, so of most members it is. False for what is malformed, too.
 */
export function isSameWord(
  held: ReadonlyMap<string, ConsentDeclarations>,
  said: JsonValue,
): boolean {
  if (said === null) return held.size === 0
  if (!isRecord(said)) return false
  let purposes = 0
  for (const purpose in said) {
    const known = held.get(purpose)
    const one = said[purpose]
    if (known === undefined || one === undefined || !isSame(known, one)) return false
    purposes += 1
  }
  return purposes === held.size
}

const isRecord = (value: JsonValue): value is { readonly [key: string]: JsonValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function isSame({ basisAt, declared }: ConsentDeclarations, said: JsonValue): boolean {
  if (!isRecord(said)) return false
  if ((basisAt === null) !== (said['basisAt'] === null)) return false
  const answer = said['declared']
  if (declared === null || answer === null || answer === undefined) return declared === answer
  return isRecord(answer) && answer['state'] === declared.state && answer['at'] === declared.at
}
