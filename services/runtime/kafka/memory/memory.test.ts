import { epochMs } from '../../event/ids.ts'
import { kafkaContract } from '../../../../test/contract/kafka-contract.ts'
import { createMemoryKafka } from './client.ts'

kafkaContract('memory', async () => {
  let now = 1_700_000_000_000
  return Promise.resolve(
    createMemoryKafka({
      now: () => {
        now += 1
        return epochMs(now)
      },
    }),
  )
})
