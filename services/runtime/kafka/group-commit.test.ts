import { expect, it } from 'vitest'
import { createGroupCommitQueue } from './group-commit.ts'

const one = [{ topic: 't', records: [{ key: null, value: new Uint8Array(1) }] }]

it('takes a send at any moment around the end of an earlier one', async () => {
  for (let turns = 0; turns < 12; turns += 1) {
    let written = 0
    const queue = createGroupCommitQueue(async () => {
      written += 1
      await Promise.resolve()
    })
    const first = queue.send(one)
    // Each number of microtasks in between meets another step of the queue's loop.
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve()
    await Promise.all([first, queue.send(one)])
    expect(written).toBeGreaterThan(0)
  }
})

it('rejects what waits and what is under way when nobody may wait any longer, and does not wait itself', async () => {
  const queue = createGroupCommitQueue(async () => new Promise(() => undefined))
  const underWay = queue.send(one)
  await Promise.resolve()
  await Promise.resolve()
  const waiting = queue.send(one)
  queue.abandon()
  const dead = { code: 'TRB_PRODUCER_DEAD' }
  await expect(underWay).rejects.toMatchObject(dead)
  await expect(waiting).rejects.toMatchObject(dead)
  await expect(queue.send(one)).rejects.toMatchObject(dead)
  await queue.drain()
})
