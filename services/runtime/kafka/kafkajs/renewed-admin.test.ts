import type { Admin } from 'kafkajs'
import { expect, it } from 'vitest'
import { createRenewedAdmin } from './renewed-admin.ts'

const gone = Object.assign(new Error('gone'), { type: 'UNKNOWN_TOPIC_OR_PARTITION' })

/** Admins that remember what they were asked about, as those of kafkajs do; `there` says which topics exist. */
function world(there: Set<string>) {
  const connected: number[] = []
  const left: number[] = []
  const admin = (): Admin => {
    const id = connected.push(connected.length) - 1
    const met = new Set<string>()
    const one: Partial<Admin> = {
      async fetchTopicOffsets(topic) {
        if (!there.has(topic)) throw gone
        met.add(topic)
        if ([...met].some((other) => !there.has(other))) throw gone
        return Promise.resolve([])
      },
      async disconnect() {
        left.push(id)
        return Promise.resolve()
      },
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is asked of it is there
    return one as Admin
  }
  const renewed = createRenewedAdmin(admin(), async () => Promise.resolve(admin()))
  const ask = async (topic: string) => renewed.ask(async (one) => one.fetchTopicOffsets(topic))
  return { admin, ask, renewed, connected, left }
}

it('answers about the topics that are there, though one that it met before was deleted', async () => {
  const there = new Set(['a', 'b'])
  const { ask, renewed, connected, left } = world(there)
  await ask('a')
  await ask('b')
  there.delete('b')
  await expect(Promise.all([ask('a'), ask('a')])).resolves.toEqual([[], []])
  await expect(ask('b')).rejects.toBe(gone)
  await expect(ask('a')).resolves.toEqual([])
  await renewed.close()
  expect(left.toSorted((one, other) => one - other)).toEqual(connected)
})

it('asks once where another error says what is wrong', async () => {
  const { renewed, connected } = world(new Set())
  const refused = Object.assign(new Error('no'), { type: 'GROUP_AUTHORIZATION_FAILED' })
  await expect(renewed.ask(async () => Promise.reject(refused))).rejects.toBe(refused)
  expect(connected).toHaveLength(1)
})

const moving = Object.assign(new Error('moving'), { type: 'NOT_LEADER_FOR_PARTITION' })

/** Asks for what fails `failures` times because its leader moves. */
async function askMoving(failures: number) {
  const { admin, connected } = world(new Set(['a']))
  const pauses: number[] = []
  const renewed = createRenewedAdmin(admin(), async () => Promise.resolve(admin()), {
    sleep: async (ms) => Promise.resolve(void pauses.push(ms)),
  })
  let asked = 0
  const answer = renewed.ask(async () => {
    asked += 1
    return asked > failures ? Promise.resolve('there') : Promise.reject(moving)
  })
  return { answer, pauses, connected }
}

it('asks anew, after longer and longer pauses, while the leader of a partition moves', async () => {
  const { answer, pauses, connected } = await askMoving(3)
  await expect(answer).resolves.toBe('there')
  expect(pauses).toEqual([20, 40, 80])
  expect(connected.length).toBeGreaterThan(3)
})

it('gives up where nobody leads for seconds', async () => {
  const { answer, pauses } = await askMoving(Number.POSITIVE_INFINITY)
  await expect(answer).rejects.toBe(moving)
  expect(pauses.at(-1)).toBe(1000)
  expect(pauses.reduce((sum, ms) => sum + ms, 0)).toBe(7260)
})

it('waits for no leader any more once it is closed', async () => {
  const { admin, connected } = world(new Set(['a']))
  const renewed = createRenewedAdmin(admin(), async () => Promise.resolve(admin()))
  const before = connected.length
  const answer = renewed.ask(async () => {
    // Told while it pauses: before it could ask again.
    setImmediate(() => void renewed.close())
    return Promise.reject(moving)
  })
  await expect(answer).rejects.toBe(moving)
  expect(connected).toHaveLength(before)
})
