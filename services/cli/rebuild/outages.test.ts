import { expect, it } from 'vitest'
import { TributaryError } from '#runtime/errors/index.ts'
import { throughOutages } from './outages.ts'

const away = new TributaryError('TRB_CLICKHOUSE_UNAVAILABLE', 'away')

/** Attempts that last so long, and fail with these errors in turn; then one that works. */
async function tried(attempts: readonly { readonly ms: number; readonly error: Error }[]) {
  let ms = 0
  let at = 0
  const pauses: string[] = []
  const firsts: boolean[] = []
  const outcome = await throughOutages(
    async (isFirst) => {
      firsts.push(isFirst)
      const next = attempts[at]
      at += 1
      if (next === undefined) return 'done'
      ms += next.ms
      return Promise.reject(next.error)
    },
    {
      now: () => ms,
      pause: async ({ code }) => {
        pauses.push(code)
        ms += 1000
        return Promise.resolve()
      },
      patienceMs: 10_000,
    },
  ).catch((error: unknown) => error)
  return { outcome, pauses, firsts }
}

it('tries again while ClickHouse is away, and begins anew each time', async () => {
  const outage = { ms: 100, error: away }
  expect(await tried([outage, outage])).toEqual({
    outcome: 'done',
    pauses: [away.code, away.code],
    firsts: [true, false, false],
  })
})

it('ends at once with everything that nobody cures by waiting', async () => {
  for (const error of [
    new TributaryError('TRB_INTERRUPTED', 'told to'),
    new TributaryError('TRB_DEPENDENCY_UNAVAILABLE', 'the switch is put off'),
    new Error('a defect'),
  ])
    expect(await tried([{ ms: 1, error }])).toEqual({ outcome: error, pauses: [], firsts: [true] })
})

it('gives up on an outage that lasts too long, and counts those apart that come after it went on', async () => {
  const short = Array.from({ length: 20 }, () => ({ ms: 100, error: away }))
  expect((await tried(short)).outcome).toBe(away)
  const apart = Array.from({ length: 20 }, () => ({ ms: 60_000, error: away }))
  expect((await tried(apart)).outcome).toBe('done')
})
