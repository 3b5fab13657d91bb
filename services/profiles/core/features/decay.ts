/**
 * Weight left of `amount` after `elapsedMs`. Weights are always relative to the newest event, never to a fixed landmark (those overflow
 * after some hundred half-lives), so the worst that can happen is an underflow to 0. Negative time never amplifies.
 * `**` is V8's own software implementation, the same bits on every host.
 */
export function decay(amount: number, elapsedMs: number, halfLifeMs: number): number {
  return elapsedMs <= 0 ? amount : amount * 2 ** (-elapsedMs / halfLifeMs)
}
