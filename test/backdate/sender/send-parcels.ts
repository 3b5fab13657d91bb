import type { Producer } from '#runtime/kafka/ports.ts'
import { quantile } from '../../bench/statistics.ts'
import { batchesOf, type Parcel } from './parcels.ts'

/** What the brokers have of it. */
export interface Sent {
  readonly events: number
  readonly ledgerBytes: number
}

/** Of what was sent at a rate. */
export interface PaceFigures {
  readonly events: number
  /** From the first intended time to the last acknowledgement. */
  readonly seconds: number
  readonly eventsPerSecond: number
  /** From the time at which a parcel should have been sent to its acknowledgement. */
  readonly lateMs: { readonly p50: number; readonly p99: number; readonly max: number }
}

export interface SendPorts {
  readonly producer: Pick<Producer, 'send'>
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number
  readonly pause: (ms: number) => Promise<void>
  readonly onSent: (sent: Sent) => void
}

export interface ParcelSender {
  sent(): Sent
  isOver(): boolean
  /** So many events, as fast as the brokers take them. */
  burst(events: number): Promise<void>
  /**
   * So many a second until the signal, or until there are no more. Every parcel has a time of its own, which follows from the rate alone: whoever falls behind does not send less, but later, and is told of it.
   */
  keepPace(perSecond: number, signal: AbortSignal): Promise<PaceFigures>
}

/** More in one request would cost the producer quadratic time. */
const recordsPerSendMax = 1000

export function createParcelSender(source: AsyncIterable<Parcel>, ports: SendPorts): ParcelSender {
  const parcels = source[Symbol.asyncIterator]()
  let sent: Sent = { events: 0, ledgerBytes: 0 }
  let waiting: Parcel | null = null
  let isOver = false

  const peek = async (): Promise<Parcel | null> => {
    if (waiting !== null || isOver) return waiting
    const step = await parcels.next()
    if (step.done === true) isOver = true
    else waiting = step.value
    return waiting
  }
  /** The parcels that come next, as long as `wanted` says so, up to a full request. */
  const take = async (wanted: (eventsBefore: number) => boolean): Promise<Parcel[]> => {
    const taken: Parcel[] = []
    let [records, events] = [0, 0]
    for (let next = await peek(); next !== null && wanted(events); next = await peek()) {
      if (taken.length > 0 && records + next.records.length > recordsPerSendMax) break
      records += next.records.length
      events += next.events
      taken.push(next)
      waiting = null
    }
    return taken
  }
  const send = async (taken: readonly Parcel[]): Promise<void> => {
    await ports.producer.send(batchesOf(taken))
    sent = {
      events: taken.reduce((sum, { events }) => sum + events, sent.events),
      ledgerBytes: taken.at(-1)?.ledgerEnd ?? sent.ledgerBytes,
    }
    ports.onSent(sent)
  }

  return {
    sent: () => sent,
    isOver: () => isOver,
    async burst(events) {
      const end = sent.events + events
      while (sent.events < end) {
        const taken = await take((before) => sent.events + before < end)
        if (taken.length === 0) return
        await send(taken)
      }
    },
    async keepPace(perSecond, signal) {
      const [began, first] = [ports.now(), sent.events]
      const dueAt = (eventsBefore: number): number => began + (eventsBefore / perSecond) * 1000
      const late: number[] = []
      let acknowledged = began
      while (!signal.aborted && (await peek()) !== null) {
        const ahead = dueAt(sent.events - first) - ports.now()
        if (ahead > 0) {
          await ports.pause(ahead)
          continue
        }
        const taken = await take((before) => dueAt(sent.events + before - first) <= ports.now())
        if (taken.length === 0) continue
        let before = sent.events - first
        await send(taken)
        acknowledged = ports.now()
        for (const { events } of taken) {
          late.push(acknowledged - dueAt(before))
          before += events
        }
      }
      return figuresOf(sent.events - first, (acknowledged - began) / 1000, late)
    },
  }
}

function figuresOf(events: number, seconds: number, late: readonly number[]): PaceFigures {
  const at = (share: number): number => (late.length === 0 ? 0 : Math.round(quantile(late, share)))
  return {
    events,
    seconds: Math.round(seconds * 10) / 10,
    eventsPerSecond: seconds === 0 ? 0 : Math.round(events / seconds),
    lateMs: { p50: at(0.5), p99: at(0.99), max: at(1) },
  }
}
