const units = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1000, 's'],
  [1, 'ms'],
] as const

/** A span of time in its two largest units, cut: `4d 3h`, `12m`, `0s`. */
export function inDays(ms: number): string {
  const parts: string[] = []
  let rest = Math.max(0, Math.floor(ms))
  for (const [size, unit] of units) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) parts.push(`${count}${unit}`)
    else if (parts.length > 0) break
    if (parts.length === 2) break
  }
  return parts.join(' ') || '0s'
}
