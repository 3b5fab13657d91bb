const form = /^(-?)(\d{1,18})(?:\.(\d{1,18}))?$/

/** A decimal text in units of its last place: `12.5` with four places is 125000; null: no such number, or more places than there are. */
export function decimalTicks(text: string, scale: number): bigint | null {
  const match = form.exec(text)
  if (match === null) return null
  const [, sign, digits = '', places = ''] = match
  if (places.length > scale) return null
  const ticks = BigInt(digits + places.padEnd(scale, '0'))
  return sign === '-' ? -ticks : ticks
}
