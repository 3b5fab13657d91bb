import { setTimeout as pause } from 'node:timers/promises'
import { createKafkajsClient } from '#runtime/kafka/kafkajs/client.ts'
import { silentLogger } from '#runtime/telemetry/logger.ts'
import { readParcels } from './parcels.ts'
import { createParcelSender } from './send-parcels.ts'
import type { Order, Word } from './wire.ts'

/**
 * The sender of `npm run backdate`, a process of its own, so that neither who reads the world nor who watches the run holds it up:
 *
 *   node test/backdate/sender/main.ts BROKERS PARCELS
 *
 * Takes orders from its parent, one after the other; `stop` ends the one under way.
 */
const [brokers = '', file = ''] = process.argv.slice(2)
const kafka = createKafkajsClient(
  { brokers: brokers.split(','), clientId: 'backdate-sender' },
  silentLogger,
)
const producer = await kafka.producer()
const say = (word: Word): void => void process.send?.(word)
const sender = createParcelSender(readParcels(file), {
  producer,
  now: () => performance.now(),
  pause: async (ms) => pause(ms),
  onSent: (sent) => say({ kind: 'sent', sent }),
})
let stopping = new AbortController()

async function obey(order: Order): Promise<void> {
  switch (order.kind) {
    case 'burst':
      await sender.burst(order.events)
      return say({ kind: 'done', isOver: sender.isOver(), figures: null })
    case 'pace': {
      stopping = new AbortController()
      const figures = await sender.keepPace(order.perSecond, stopping.signal)
      return say({ kind: 'done', isOver: sender.isOver(), figures })
    }
    case 'stop':
      return stopping.abort()
    case 'close':
      await producer.close()
      await kafka.close()
      return process.disconnect()
    default:
      return order satisfies never
  }
}

process.on('message', (order: Order) => {
  obey(order).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`)
    process.exit(1)
  })
})
// Nobody is left to send for.
process.once('disconnect', () => process.exit(0))
