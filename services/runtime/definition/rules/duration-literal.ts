const partMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** Milliseconds of `duration("1h30m")`; days too, which CEL itself lacks. Undefined: not a duration, or not whole milliseconds. */
export function durationLiteralMs(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return undefined
  let total = 0
  for (const [, amount, , unit = ''] of text.matchAll(/(\d+(\.\d+)?)(ms|s|m|h|d)/g))
    total += Number(amount) * (partMs[unit] ?? Number.NaN)
  return Number.isSafeInteger(total) ? total : undefined
}
