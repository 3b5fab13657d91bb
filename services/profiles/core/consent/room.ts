import { unnamedPurposeBytesMax, unnamedPurposesMax } from '#runtime/definition/state-bounds.ts'
import type { RoutedEvent } from '#runtime/event/event.ts'
import { isTextWithin } from '#runtime/log/json-bytes.ts'
import type { ConsentDeclarations } from '../state.ts'

type Answers = RoutedEvent['consent']

/**
 * What an event says of consent without the purposes that its fragment has no room for: a page can speak of as many as it likes. There is
 * always room for what the file names, and for what is held already.
 * @param named purposes of the pipeline file
 * @param refused told of each that is left out
 * @returns the very answers when all have room
 */
export function answersWithRoom(
  held: ReadonlyMap<string, ConsentDeclarations>,
  answers: Answers,
  named: readonly string[],
  refused: () => void,
): Answers {
  const isNew = (purpose: string): boolean => !held.has(purpose) && !named.includes(purpose)
  const unnamed = Object.keys(answers).filter(isNew)
  if (unnamed.length === 0) return answers
  const room = unnamedPurposesMax - [...held.keys()].filter((name) => !named.includes(name)).length
  const short = unnamed.filter((purpose) => isTextWithin(purpose, unnamedPurposeBytesMax))
  const taken = new Set(short.slice(0, Math.max(0, room)))
  if (taken.size === unnamed.length) return answers
  const out = { ...answers }
  for (const purpose of unnamed) {
    if (taken.has(purpose)) continue
    delete out[purpose]
    refused()
  }
  return out
}
