/** Says whether a field of this name may not go further, whatever it holds. */
export type SensitiveCheck = (field: string) => boolean

/** Remembers the answer per field name: names are few and come with each event. */
export function memoised(check: SensitiveCheck, entriesMax = 5000): SensitiveCheck {
  const known = new Map<string, boolean>()
  return (field) => {
    let answer = known.get(field)
    if (answer === undefined) {
      if (known.size >= entriesMax) known.clear()
      answer = check(field)
      known.set(field, answer)
    }
    return answer
  }
}
