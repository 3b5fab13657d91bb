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
  let room = unnamedPurposesMax - [...held.keys()].filter((name) => !named.includes(name)).length
  const out = { ...answers }
  for (const purpose of unnamed)
    if (room > 0 && isTextWithin(purpose, unnamedPurposeBytesMax)) room -= 1
    else {
      delete out[purpose]
      refused()
    }
  return out
}
