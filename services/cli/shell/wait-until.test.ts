import { expect, it } from 'vitest'
import { waitUntil } from './wait-until.ts'

const late = { message: 'profiles has not come to it', hint: 'tributary doctor' }

function patience(timeoutMs: number) {
  let at = 0
  return {
    deadline: timeoutMs,
    now: () => at,
    sleep: async (ms: number) => {
      at += ms
      return Promise.resolve()
    },
    waited: () => at,
  }
}

it('gives what there is to see, as soon as it is there', async () => {
  const waiting = patience(1000)
  let looks = 0
  const seen = await waitUntil(waiting, late, async () => {
    looks += 1
    return Promise.resolve(looks === 3 ? 'there' : null)
  })
  expect([seen, looks, waiting.waited()]).toEqual(['there', 3, 200])
})

it('looks once more at the end, and then says what it waited for', async () => {
  const waiting = patience(250)
  await expect(waitUntil(waiting, late, async () => Promise.resolve(null))).rejects.toMatchObject({
    code: 'TRB_DEPENDENCY_UNAVAILABLE',
    message: late.message,
    hint: late.hint,
  })
  expect(waiting.waited()).toBe(300)
})
