import type { Act } from './acts.ts'
import type { LedgerEntry, WorldRecord } from './ledger.ts'
import { type EncodeEnvelope, envelopeRecord } from './payloads/envelope.ts'
import { hubspotEvent } from './payloads/hubspot.ts'
import { segmentCall, type WebFlaw } from './payloads/segment.ts'
import { sendgridEvent } from './payloads/sendgrid.ts'
import { tillReceipt } from './payloads/till.ts'
import type { Told } from './payloads/told.ts'
import type { Random } from './random.ts'

/** Turns acts into vendors' records: batches fill up, flaws happen. */
export interface Outbox {
  tell(act: Act): readonly WorldRecord[]
  /** The batches that have begun and are not full. */
  flush(): readonly WorldRecord[]
}

interface Batch {
  readonly topic: WorldRecord['topic']
  readonly wrap: (payloads: readonly object[]) => unknown
  told: Told[]
  target: number
}

const batch = (topic: Batch['topic'], wrap: Batch['wrap']): Batch => ({
  topic,
  wrap,
  told: [],
  target: 1,
})

export function createOutbox(random: Random, encodeEnvelope: EncodeEnvelope): Outbox {
  const mail = batch('channel.email', (payloads) => payloads)
  const contacts = batch('channel.crm', (payloads) => payloads)
  const calls = batch('channel.web', (payloads) => ({ batch: payloads, writeKey: 'retail' }))
  let broken = 0

  const record = (
    topic: WorldRecord['topic'],
    source: string,
    body: unknown,
    entries: readonly LedgerEntry[],
  ): WorldRecord => {
    const text = Buffer.from(JSON.stringify(body))
    if (!random.chance(0.001))
      return { topic, value: text, headers: { 'tributary-source': source }, entries }
    const [first] = entries
    return {
      topic,
      value: text.subarray(0, text.length - 2),
      headers: { 'tributary-source': source },
      entries: first === undefined ? [] : [unreadable(first, `broken-${broken++}`)],
    }
  }
  const close = (open: Batch): WorldRecord[] => {
    const { told } = open
    if (told.length === 0) return []
    open.told = []
    return [
      record(
        open.topic,
        told[0]?.entry.source ?? '',
        open.wrap(told.map((t) => t.payload)),
        told.map((t) => t.entry),
      ),
    ]
  }
  const add = (open: Batch, told: Told, largest: number): WorldRecord[] => {
    if (open.told.length === 0) open.target = 1 + random.int(largest)
    open.told.push(told)
    return open.told.length >= open.target ? close(open) : []
  }
  return {
    tell(act) {
      switch (act.kind) {
        case 'mail_sent':
        case 'mail_delivered':
        case 'mail_open':
        case 'mail_machine_open':
        case 'mail_click':
        case 'mail_bounce':
        case 'mail_unsubscribe':
        case 'mail_complaint':
          return add(mail, flawed(random, sendgridEvent(random, { ...act, kind: act.kind })), 5)
        case 'contact_created':
        case 'contact_email':
        case 'contact_phone':
        case 'contact_tier':
        case 'contact_merge':
          return add(contacts, hubspotEvent(random, { ...act, kind: act.kind }), 3)
        case 'till_order': {
          const { payload, entry } = tillReceipt(random, act)
          return [record('channel.crm.till', 'till', payload, [entry])]
        }
        case 'envelope_order':
        case 'envelope_ticket':
          return [envelopeRecord(random, act, encodeEnvelope)]
        default: {
          const told = segmentCall(random, { ...act, kind: act.kind }, webFlaw(random))
          return random.chance(0.2)
            ? add(calls, told, 4)
            : [record('channel.web', 'segment', told.payload, [told.entry])]
        }
      }
    },
    flush: () => [mail, contacts, calls].flatMap(close),
  }
}

function webFlaw(random: Random): WebFlaw {
  const point = random.next()
  return point < 0.02 ? 'bot' : point < 0.024 ? 'junk_user' : point < 0.026 ? 'nobody' : 'none'
}

/** Now and then one event of a batch is from a clock that runs far ahead; its neighbours must not suffer. */
function flawed(random: Random, told: Told): Told {
  if (!random.chance(0.002)) return told
  return {
    payload: { ...told.payload, timestamp: 4_102_444_800 },
    entry: {
      ...told.entry,
      at: 4_102_444_800_000,
      fate: 'dead_letter',
      reason: 'future_event_time',
    },
  }
}

/** A record cut off on its way: one dead letter, whatever it held. */
function unreadable(entry: LedgerEntry, id: string): LedgerEntry {
  return {
    ...entry,
    id,
    person: null,
    identifiers: [],
    fate: 'dead_letter',
    reason: 'invalid_json',
  }
}
