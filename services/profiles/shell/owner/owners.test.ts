/* oxlint-disable typescript/no-unsafe-type-assertion -- an owner of which only its position is asked */
import { expect, it } from 'vitest'
import { TributaryError } from '#runtime/errors/index.ts'
import { silentLogger } from '#runtime/telemetry/index.ts'
import type { Owner } from './owner.ts'
import { createOwners } from './owners.ts'

const topic = 'profile.log'
const owner = (partition: number): Owner =>
  ({ partition, state: { meta: { nextOffset: 7 } }, idle: () => undefined }) as unknown as Owner

it('lets a partition stand still whose log is too short for its state, and the others go on', async () => {
  const paused: number[] = []
  const owners = createOwners({
    open: async ({ partition }) => {
      if (partition === 1) throw new TributaryError('TRB_STATE_TOO_OLD', 'too old')
      return owner(partition)
    },
    pause: ({ partition }) => void paused.push(partition),
    log: silentLogger,
  })
  const starts = await owners.assigned([0, 1, 2].map((partition) => ({ topic, partition })))
  expect([...starts]).toEqual([
    ['profile.log/0', 7],
    ['profile.log/1', null],
    ['profile.log/2', 7],
  ])
  expect(paused).toEqual([1])
  const lost = new TributaryError('TRB_OFFSET_LOST', 'what the consumer found besides')
  owners.offsetLost?.({ topic, partition: 1 }, lost)
  expect(owners.stopped()).toEqual([
    { partition: 1, error: expect.objectContaining({ message: 'too old' }) as Error },
  ])
})

it('does not start when a state belongs to another process', async () => {
  const owners = createOwners({
    open: async () => {
      throw new TributaryError('TRB_STATE_IN_USE', 'in use')
    },
    pause: () => undefined,
    log: silentLogger,
  })
  await expect(owners.assigned([{ topic, partition: 0 }])).rejects.toThrow('in use')
})
