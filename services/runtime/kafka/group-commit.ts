import { asError, TributaryError } from '../errors/index.ts'
import type { OutgoingBatch, OutgoingRecord } from './ports.ts'
import { createRoom } from './room.ts'

/** One request to the brokers: records per topic, in the order in which they were given. */
export type Request = readonly OutgoingBatch[]

export interface RequestLimits {
  readonly recordsMax: number
  readonly bytesMax: number
  /** Above this a record can never be written: refused before it enters the queue. */
  readonly recordBytesMax: number
  /** Of all that is in the queue or under way: beyond it a send waits outside, in its turn. */
  readonly queuedBytesMax: number
}

/**
 * 1,000: a producer's cost grows with the square of the records in one request. 700 KiB: a request may be one batch, and brokers refuse one above 1 MiB.
 * 64 MiB queued: the largest flushes of three partitions (64 targets, half a frame each).
 */
export const requestLimits: RequestLimits = {
  recordsMax: 1000,
  bytesMax: 700 * 1024,
  recordBytesMax: 1_000_000,
  queuedBytesMax: 64 * 1024 * 1024,
}

interface Ticket {
  waiting: number
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

interface Queued {
  readonly topic: string
  readonly record: OutgoingRecord
  readonly bytes: number
  readonly ticket: Ticket
}

export interface GroupCommitQueue {
  send(batches: readonly OutgoingBatch[]): Promise<void>
  /** Waits for what is queued; later sends are refused. */
  drain(): Promise<void>
  /** Rejects what waits and what is under way, which may be written all the same; nobody waits for it any more. */
  abandon(): void
}

const recordOverheadBytes = 64

/** Bytes that a record takes, texts as UTF-8. */
export function sizeOf({ key, value, headers }: OutgoingRecord): number {
  let bytes = recordOverheadBytes + (key?.length ?? 0) + (value?.length ?? 0)
  for (const [name, content] of Object.entries(headers ?? {}))
    bytes += Buffer.byteLength(name) + Buffer.byteLength(content)
  return bytes
}

/**
 * One serial queue with group commit: while a request is under way, what arrives waits and goes out together in the next one.
 * Order is kept; at most one request is ever under way. After a failure nobody knows what was written: the queue is dead and
 * everything waiting and coming is rejected with TRB_PRODUCER_DEAD.
 */
export function createGroupCommitQueue(
  write: (request: Request) => Promise<void>,
  limits: RequestLimits = requestLimits,
): GroupCommitQueue {
  const room = createRoom(limits.queuedBytesMax)
  let queue: Queued[] = []
  let head = 0
  let dead: TributaryError | undefined
  let closed = false
  let pump: Promise<void> | undefined
  let underWay: readonly Queued[] = []
  /** Read through a call: it changes while a request is awaited. */
  const isDead = (): boolean => dead !== undefined

  const takeRequest = (): readonly Queued[] => {
    let bytes = 0
    let end = head
    for (; end < queue.length && end - head < limits.recordsMax; end += 1) {
      bytes += queue[end]?.bytes ?? 0
      if (bytes > limits.bytesMax && end > head) break
    }
    const taken = queue.slice(head, end)
    head = end
    if (head === queue.length) {
      queue = []
      head = 0
    }
    return taken
  }

  const run = async (): Promise<void> => {
    // Everything sent in this turn of the event loop shares the first request.
    await Promise.resolve()
    while (queue.length > head) {
      const taken = takeRequest()
      underWay = taken
      try {
        await write(toRequest(taken))
      } catch (error) {
        die(asError(error), taken)
        break
      }
      underWay = []
      if (isDead()) break
      for (const { ticket, bytes } of taken) {
        ticket.waiting -= 1
        if (ticket.waiting === 0) ticket.resolve()
        room.leave(bytes)
      }
    }
    // In the same turn in which the queue was seen empty: a send between the two would wait for ever.
    pump = undefined
  }

  const die = (cause: Error, taken: readonly Queued[]): void => {
    if (dead !== undefined) return
    dead = new TributaryError('TRB_PRODUCER_DEAD', `a send failed for good: ${cause.message}`, {
      cause,
    })
    const gone = [...taken, ...queue.slice(head)]
    const tickets = new Set(gone.map(({ ticket }) => ticket))
    queue = []
    head = 0
    for (const ticket of tickets) ticket.reject(dead)
    // Who waited for room finds the queue dead.
    for (const { bytes } of gone) room.leave(bytes)
  }

  const enqueue = (batches: readonly OutgoingBatch[], ticket: Ticket): void => {
    const items: Queued[] = []
    for (const { topic, records } of batches) {
      for (const record of records) {
        const bytes = sizeOf(record)
        if (bytes > limits.recordBytesMax) {
          const message = `a record for ${topic} has ${bytes} bytes, ${limits.recordBytesMax} are the limit`
          ticket.reject(
            new TributaryError('TRB_RECORD_TOO_LARGE', message, { context: { topic, bytes } }),
          )
          return
        }
        items.push({ topic, record, bytes, ticket })
      }
    }
    if (items.length === 0) {
      ticket.resolve()
      return
    }
    ticket.waiting = items.length
    room.enter(
      items.reduce((sum, { bytes }) => sum + bytes, 0),
      () => {
        if (dead === undefined) {
          for (const item of items) queue.push(item)
          pump ??= run()
        } else {
          ticket.reject(dead)
          for (const { bytes } of items) room.leave(bytes)
        }
      },
    )
  }

  return {
    async send(batches) {
      if (dead !== undefined) throw dead
      if (closed) throw new TributaryError('TRB_PRODUCER_DEAD', 'the producer was closed')
      return new Promise<void>((resolve, reject) => {
        enqueue(batches, { waiting: 0, resolve, reject })
      })
    },
    async drain() {
      closed = true
      if (!isDead()) await pump
    },
    abandon() {
      die(new Error('the process ends and waits no longer'), underWay)
    },
  }
}

function toRequest(taken: readonly Queued[]): Request {
  const byTopic = new Map<string, OutgoingRecord[]>()
  for (const { topic, record } of taken) {
    const records = byTopic.get(topic)
    if (records === undefined) byTopic.set(topic, [record])
    else records.push(record)
  }
  return [...byTopic].map(([topic, records]) => ({ topic, records }))
}
