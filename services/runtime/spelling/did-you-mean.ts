/** Edits between two words (Levenshtein), in one row of memory. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1)
      next.push(
        Math.min(
          (row[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
          (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      )
    row = next
  }
  return row[b.length] ?? 0
}

/** The nearest of `names` when it is near enough to be what was meant. */
export function nearest(word: string, names: Iterable<string>): string | null {
  const start = word.slice(0, 60)
  let best: string | null = null
  let bestDistance = (start.length < 4 ? 1 : Math.max(2, Math.floor(start.length / 3))) + 1
  for (const name of names) {
    const edits = distance(start, name)
    if (edits < bestDistance) {
      best = name
      bestDistance = edits
    }
  }
  return best
}

export const didYouMean = (word: string, names: Iterable<string>): string | null => {
  const name = nearest(word, names)
  return name === null ? null : `did you mean ${name}?`
}
