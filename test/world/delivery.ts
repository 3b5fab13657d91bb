import type { LedgerEntry, WorldRecord } from './ledger.ts'
import type { Random } from './random.ts'

/** The unreliable way from a source to the broker: some records come late, some come again. */
export interface Delivery {
  deliver(records: readonly WorldRecord[]): readonly WorldRecord[]
  flush(): readonly WorldRecord[]
  /** Events held back. */
  waiting(): number
}

/** At most so many records are held back or remembered for another delivery. */
const heldMax = 500

export function createDelivery(random: Random): Delivery {
  const held: WorldRecord[] = []
  const recent: WorldRecord[] = []
  let waiting = 0
  const release = (): WorldRecord[] => {
    const at = random.int(held.length)
    const record = held[at]
    const last = held.pop()
    if (record === undefined || last === undefined) return []
    if (at < held.length) held[at] = last
    waiting -= record.entries.length
    return [record]
  }
  const remember = (record: WorldRecord): void => {
    if (recent.length < heldMax) recent.push(record)
    else recent[random.int(heldMax)] = record
  }
  return {
    deliver(records) {
      const out: WorldRecord[] = []
      for (const record of records) {
        if (random.chance(0.03)) {
          held.push(record)
          waiting += record.entries.length
          if (held.length > heldMax) out.push(...release())
        } else out.push(record)
        if (random.chance(0.015)) out.push(...again(recent[random.int(Math.max(1, recent.length))]))
      }
      for (const record of out)
        if (record.entries.every((entry) => entry.fate !== 'duplicate')) remember(record)
      return out
    },
    flush: () => {
      const out = [...held]
      held.length = 0
      waiting = 0
      return out
    },
    waiting: () => waiting,
  }
}

function again(record: WorldRecord | undefined): readonly WorldRecord[] {
  if (record === undefined) return []
  return [{ ...record, entries: record.entries.map(repeated) }]
}

function repeated(entry: LedgerEntry): LedgerEntry {
  return entry.fate === 'dead_letter' ? entry : { ...entry, fate: 'duplicate' }
}
