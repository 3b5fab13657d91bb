import type { Act } from './acts.ts'
import { type Carrier, contactCarriers, mailCarriers, sendgrid, webCarriers } from './carriers.ts'
import type { LedgerEntry, WorldRecord } from './ledger.ts'
import { type EncodeEnvelope, envelopeRecord } from './payloads/envelope.ts'
import { scannedMail } from './payloads/mail/scan.ts'
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
  told: Told[]
  target: number
}

export function createOutbox(random: Random, encodeEnvelope: EncodeEnvelope): Outbox {
  const open = new Map<Carrier, Batch>()
  let broken = 0

  const record = (carrier: Carrier, told: readonly Told[]): WorldRecord => {
    const { topic, source } = carrier
    const entries = told.map(({ entry }) =>
      carrier.detected ? { ...entry, configuredSource: carrier.detected } : entry,
    )
    const bytes = Buffer.from(carrier.wrap(told.map(({ payload }) => payload)))
    // Of those that a topic is shared by, half say themselves whose they are.
    const headers =
      carrier.detected !== null && random.chance(0.5) ? {} : { 'tributary-source': source }
    const [first] = entries
    // Of text that is cut off, less can be read, but nobody can say that it is broken.
    if (carrier.format === 'text' || first === undefined || !random.chance(0.001))
      return { topic, value: bytes, headers, entries }
    return {
      topic,
      value: bytes.subarray(0, bytes.length - 2),
      headers,
      entries: [unreadable(first, `broken-${broken++}`)],
    }
  }
  const close = (carrier: Carrier): WorldRecord[] => {
    const batch = open.get(carrier)
    open.delete(carrier)
    return batch === undefined || batch.told.length === 0 ? [] : [record(carrier, batch.told)]
  }
  const add = (carrier: Carrier, told: Told): WorldRecord[] => {
    const batch = open.get(carrier) ?? { told: [], target: 1 + random.int(carrier.largest) }
    open.set(carrier, batch)
    batch.told.push(told)
    return batch.told.length >= batch.target ? close(carrier) : []
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
        case 'mail_complaint': {
          const carrier = mailCarriers.choose(random, act)
          return add(carrier, carrier.tell(random, { ...act, kind: act.kind }))
        }
        case 'mail_scan':
          return [record(sendgrid, scannedMail(random, act))]
        case 'contact_created':
        case 'contact_email':
        case 'contact_phone':
        case 'contact_tier':
        case 'contact_merge': {
          const carrier = contactCarriers.choose(random, act)
          return add(carrier, carrier.tell(random, { ...act, kind: act.kind }))
        }
        case 'till_order': {
          const { payload, entry } = tillReceipt(random, act)
          return [tillRecord(random, payload, entry, () => `broken-${broken++}`)]
        }
        case 'envelope_order':
        case 'envelope_ticket':
          return [envelopeRecord(random, act, encodeEnvelope)]
        default: {
          const carrier = webCarriers.choose(random, act)
          return add(carrier, carrier.tell(random, { ...act, kind: act.kind }))
        }
      }
    },
    flush: () => [...open.keys()].flatMap(close),
  }
}

function tillRecord(
  random: Random,
  payload: Told['payload'],
  entry: LedgerEntry,
  brokenId: () => string,
): WorldRecord {
  const bytes = Buffer.from(JSON.stringify(payload))
  const whole = !random.chance(0.001)
  return {
    topic: 'channel.crm.till',
    value: whole ? bytes : bytes.subarray(0, bytes.length - 2),
    headers: { 'tributary-source': 'till' },
    entries: [whole ? entry : unreadable(entry, brokenId())],
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
