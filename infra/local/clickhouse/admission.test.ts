import { expect, it } from 'vitest'
import { createAdmission } from './admission.ts'

it('never runs more at once than it may, and lets everything through in the end, failures too', async () => {
  const admit = createAdmission(3)
  let running = 0
  let highest = 0
  const settled = await Promise.allSettled(
    Array.from({ length: 20 }, (_, i) =>
      admit(async () => {
        running += 1
        highest = Math.max(highest, running)
        await new Promise((resolve) => setImmediate(resolve))
        running -= 1
        if (i % 4 === 0) throw new Error('failed')
        return i
      }),
    ),
  )
  expect(highest).toBe(3)
  expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(15)
  expect(await admit(() => Promise.resolve('still open'))).toBe('still open')
})
