import type { FragmentId } from '#runtime/event/ids.ts'
import { leadsTo, type LoggedRecord } from './logged-record.ts'

/** Where links are looked up. */
export interface LinkLog {
  /** Records that name any of these, oldest first; `max` at most. */
  naming(ids: readonly FragmentId[], max: number): Promise<readonly LoggedRecord[]>
}

/** All that was ever said of some identifiers, and of whoever that named too, and so on. */
export interface Closure {
  /** In the order of the log. */
  readonly records: readonly LoggedRecord[]
  readonly identifiers: ReadonlySet<FragmentId>
  /** False: there is more than may be read, so that what follows from it may differ from what the linker knows. */
  readonly complete: boolean
}

/** Names that one look-up asks for: they travel in a URL, and a proxy may allow no more than 16 KiB of it. */
const namesAtOnce = 200

/** Breadth first, so that what is near comes before the bound. */
export async function gatherClosure(
  log: LinkLog,
  start: readonly FragmentId[],
  recordsMax: number,
): Promise<Closure> {
  const records = new Map<number, LoggedRecord>()
  const identifiers = new Set(start)
  let complete = true
  let frontier = [...identifiers]
  while (frontier.length > 0 && complete) {
    const next: FragmentId[] = []
    for (let from = 0; from < frontier.length && complete; from += namesAtOnce) {
      const asked = frontier.slice(from, from + namesAtOnce)
      const found = await log.naming(asked, recordsMax + 1)
      for (const record of found) {
        if (records.has(record.offset)) continue
        if (records.size === recordsMax) {
          complete = false
          break
        }
        records.set(record.offset, record)
        for (const id of leadsTo(record)) {
          if (identifiers.has(id)) continue
          identifiers.add(id)
          next.push(id)
        }
      }
      if (found.length > recordsMax) complete = false
    }
    frontier = next
  }
  return {
    records: [...records.values()].toSorted((a, b) => a.offset - b.offset),
    identifiers,
    complete,
  }
}
