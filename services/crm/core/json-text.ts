/** JSON that a vendor keeps as text inside of its records. undefined: none, or longer than `unitsMax` (UTF-16). Never throws. */
export function parseJsonText(text: string, unitsMax: number): unknown {
  if (text.length > unitsMax) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
