import { inject } from 'vitest'
import { createKafkajsClient } from '#runtime/kafka/kafkajs/client.ts'
import { silentLogger } from '#runtime/telemetry/logger.ts'
// oxlint-disable-next-line import/no-unassigned-import -- it tells vitest the type of what is injected
import '../support/stack/provided.ts'
import { kafkaContract } from './kafka-contract.ts'

const { kafkaBrokers } = inject('stack')

kafkaContract('kafkajs on a real broker', async () =>
  Promise.resolve({
    client: () =>
      createKafkajsClient({ brokers: kafkaBrokers, clientId: 'contract' }, silentLogger),
  }),
)
