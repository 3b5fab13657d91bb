import { InvalidArgumentError } from 'commander'

/** How long a command waits at most, unless somebody says otherwise. */
export const waitDefaultMs = 60_000

/** How long to wait that somebody typed, seconds or with a unit: 20, 20s, 5m; in milliseconds. @throws InvalidArgumentError */
export function waitTime(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,4})(s|m)?$/.exec(text) ?? []
  if (count !== undefined) return Number(count) * (unit === 'm' ? 60_000 : 1000)
  throw new InvalidArgumentError('Give seconds or minutes, such as 20, 20s or 5m.')
}
