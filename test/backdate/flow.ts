import { fork } from 'node:child_process'
import { once } from 'node:events'
import { truncate } from 'node:fs/promises'
import { join } from 'node:path'
import type { Installation } from '../support/pipeline/install.ts'
import { registerEnvelope } from '../world/demo/envelope-encoder.ts'
import { worldTopicName } from '../world/demo/environment.ts'
import { checkout } from '../world/demo/directory.ts'
import { createWorld } from '../world/world.ts'
import { packWorld } from './sender/parcels.ts'
import type { PaceFigures, Sent } from './sender/send-parcels.ts'
import type { Order, Word } from './sender/wire.ts'

export interface Story {
  readonly seed: number
  readonly events: number
  readonly people: number
  readonly now: number
}

/** A world that was written down beforehand and is sent by a process of its own; the product never sees the ledger of what was sent. */
export interface Flow {
  readonly ledgerFile: string
  /** Events that the brokers have. */
  sent(): number
  /** As fast as the brokers take them. */
  send(events: number): Promise<void>
  /** So many a second from now on, until `stop` or the end of the world. */
  keepPace(perSecond: number): Promise<Kept>
  stop(): void
  isOver(): boolean
  /** Ends the process; afterwards the ledger holds what was sent and nothing else. */
  close(): Promise<void>
}

export type Kept = PaceFigures & { readonly isOver: boolean }

const worldDays = 150
/** Of a second, that a parcel is worth at most. */
const parcelShare = 1 / 20

/** Nothing is sent yet. `rate`: the events a second that will be asked for. */
export async function createFlow(
  installation: Installation,
  story: Story,
  rate: number,
): Promise<Flow> {
  const { prefix, directory, environment } = installation
  const topicName = (name: Parameters<typeof worldTopicName>[1]): string =>
    worldTopicName(prefix, name)
  const encodeEnvelope = await registerEnvelope(
    environment['REGISTRY_URL'] ?? '',
    topicName('channel.crm.tributary'),
  )
  const files = {
    parcels: join(directory, 'parcels.ndjson'),
    ledger: join(directory, 'ledger.ndjson'),
  }
  await packWorld(createWorld({ ...story, days: worldDays, encodeEnvelope }), files, {
    topicName,
    eventsPerParcel: Math.max(1, Math.floor(rate * parcelShare)),
  })
  const child = fork(
    join(checkout, 'test/backdate/sender/main.ts'),
    [environment['KAFKA_BROKERS'] ?? '', files.parcels],
    { execArgv: ['--disable-warning=TimeoutNegativeWarning'] },
  )
  let sent: Sent = { events: 0, ledgerBytes: 0 }
  let isOver = false
  let waiting: PromiseWithResolvers<Extract<Word, { kind: 'done' }>> | null = null
  const exited = once(child, 'exit')
  child.on('message', (word: Word) => {
    if (word.kind === 'sent') sent = word.sent
    else {
      isOver = word.isOver
      waiting?.resolve(word)
    }
  })
  child.on('exit', (code) => waiting?.reject(new Error(`the sender ended with ${code}`)))
  const order = (what: Order): void => void child.send(what)
  async function obeyed(what: Order): Promise<Extract<Word, { kind: 'done' }>> {
    waiting = Promise.withResolvers()
    order(what)
    return waiting.promise
  }
  return {
    ledgerFile: files.ledger,
    sent: () => sent.events,
    isOver: () => isOver,
    async send(events) {
      await obeyed({ kind: 'burst', events })
    },
    async keepPace(perSecond) {
      const { figures, isOver: over } = await obeyed({ kind: 'pace', perSecond })
      if (figures === null) throw new Error('the sender says nothing of its pace')
      return { ...figures, isOver: over }
    },
    stop: () => order({ kind: 'stop' }),
    async close() {
      waiting = null
      if (child.connected) order({ kind: 'close' })
      await exited
      await truncate(files.ledger, sent.ledgerBytes)
    },
  }
}
