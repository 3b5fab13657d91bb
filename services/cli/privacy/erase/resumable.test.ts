import { EventEmitter } from 'node:events'
import { expect, it, vi } from 'vitest'
import { errorKinds, toErrorJson, TributaryError } from '#runtime/errors/index.ts'
import { resumable } from './resumable.ts'

const next = 'tributary privacy erase --command c-1'
const forEver = new Promise<never>(() => undefined)

const failing = async (sent: boolean, error: Error): Promise<never> =>
  resumable('c-1', async (underWay) => {
    if (sent) underWay.sent()
    return Promise.reject(error)
  })

it('says on the first signal how to go on, and stops the work', async () => {
  vi.useFakeTimers()
  const signals = new EventEmitter()
  let signal: AbortSignal | null = null
  const work = resumable(
    'c-1',
    async (underWay) => {
      ;({ signal } = underWay)
      underWay.sent()
      return forEver
    },
    signals,
  )
  signals.emit('SIGINT')
  await expect(work).rejects.toMatchObject({
    code: 'TRB_INTERRUPTED',
    hint: `The erasure is in the log. Go on: ${next}`,
  })
  expect(signal).toMatchObject({ aborted: true })
  // The same request may come a second time.
  vi.advanceTimersByTime(1000)
  expect(signals.listenerCount('SIGINT')).toBe(0)
  vi.useRealTimers()
})

it('says it of every other failure, beside what that one says', async () => {
  const away = new TributaryError('TRB_CLICKHOUSE_UNAVAILABLE', 'away', { hint: 'Start it.' })
  await expect(failing(true, away)).rejects.toMatchObject({
    code: 'TRB_CLICKHOUSE_UNAVAILABLE',
    message: 'away',
    hint: `Start it. The erasure is in the log. Go on: ${next}`,
  })
  await expect(failing(false, away)).rejects.toMatchObject({
    hint: `Start it. The erasure may be in the log. Go on: ${next}`,
  })
  const bug = failing(true, new TypeError('a bug'))
  await expect(bug).rejects.toMatchObject({ code: 'TRB_INTERNAL', message: 'a bug' })
  await expect(bug.catch(toErrorJson)).resolves.toMatchObject({
    error: { hint: `${errorKinds.TRB_INTERNAL.hint} The erasure is in the log. Go on: ${next}` },
  })
})

it('leaves an error that names the command as it is', async () => {
  const late = new TributaryError('TRB_DEPENDENCY_UNAVAILABLE', 'late', { hint: next })
  const nobody = new TributaryError('TRB_NOT_FOUND', 'the command c-1 erased nobody')
  for (const error of [late, nobody])
    await expect(resumable('c-1', async () => Promise.reject(error))).rejects.toBe(error)
})
