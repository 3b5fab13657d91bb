import type { HeldIdentifier } from './access-view.ts'

/** `<type>:<pseudonym>` in its parts. */
export function heldIdentifier(fragment: string): HeldIdentifier {
  const colon = fragment.lastIndexOf(':')
  return { type: fragment.slice(0, colon), pseudonym: fragment.slice(colon + 1) }
}

/** Text of a JSON column; what is none is given as it stands. */
export function parsedJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    return text
  }
}
