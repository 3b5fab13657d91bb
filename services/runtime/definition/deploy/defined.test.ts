import { expect, it } from 'vitest'
import { offset } from '../../event/ids.ts'
import { checkDefined } from './defined.ts'

const logOf = (...ends: readonly number[]) => ({
  offsets: async () =>
    new Map(ends.map((high, partition) => [partition, { low: offset(0), high: offset(high) }])),
})

it('holds back until the last partition has its first record', async () => {
  await expect(checkDefined(logOf(1, 0, 3, 0), 'profile.log')).rejects.toThrow(/partition 1, 3/)
  await expect(checkDefined(logOf(1, 1), 'profile.log')).resolves.toBeUndefined()
})
