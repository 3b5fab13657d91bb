import { parseKeyCommand } from '../keys/index.ts'

/** Where a key may be said to be; null and undefined: not there. */
export interface KeyPlace {
  readonly file: string | null | undefined
  readonly clear: string | null | undefined
  readonly command: string | null | undefined
}

/** What is wrong with where a key is said to be. Nowhere is nothing wrong. */
export function keyPlaceFault(
  variable: string,
  { clear = null, command = null, file = null }: KeyPlace,
): string | null {
  const places = [
    [`${variable}_FILE`, file],
    [variable, clear],
    [`${variable}_COMMAND`, command],
  ] as const
  const names = places.flatMap(([name, value]) => (value === null ? [] : [name]))
  if (names.length > 1)
    return `${names.join(' and ')} are ${names.length === 2 ? 'both' : 'all'} set: only one may say what the key is`
  return command !== null && parseKeyCommand(command) === null
    ? `${variable}_COMMAND is neither a program nor a JSON list of a program and its arguments`
    : null
}
