import type { Store } from '#runtime/state/index.ts'
import { decodeEvidence, type KeptEvidence, writeEvidence } from './evidence-codec.ts'
import { createRowWriter } from './row-bytes.ts'

/** Evidence by the offset of the record that brought it: new evidence stands behind all other. */
export interface EvidenceRows {
  get(offset: number): KeptEvidence | undefined
  /** What was put last, if it was new. */
  newest(): KeptEvidence | undefined
  set(offset: number, kept: KeptEvidence): void
  delete(offset: number): void
  /** Inside of the environment's commit. */
  write(): void
  /** After the commit. */
  committed(): void
}

/**
 * Most evidence is put once and not asked for again: it waits for the commit as bytes, since objects that live so long would cost the memory's keeper
 * more than encoding them costs. The newest stays as it is, and so does what was asked for since the last commit: it may be changed and put again.
 * @param store takes rows as they are.
 */
export function createEvidenceRows(store: Store<number, Uint8Array>): EvidenceRows {
  const writer = createRowWriter()
  let newest: KeptEvidence | undefined
  let last = store.lastKey() ?? -1
  /** New rows in their order. */
  let rows: Uint8Array[] = []
  const offsets: number[] = []
  /** Asked for, or changed, since the last commit. */
  const met = new Map<number, KeptEvidence>()
  /** Rows that are not as they were written: to be put (again), or gone. */
  const changed = new Set<number>()

  const encode = (kept: KeptEvidence): Uint8Array => {
    writer.start()
    writeEvidence(writer, kept)
    return writer.end()
  }
  function settleNewest(): void {
    if (newest === undefined) return
    offsets.push(newest.said.offset)
    rows.push(encode(newest))
    newest = undefined
  }
  const bytesOf = (offset: number): Uint8Array | undefined => {
    const place = placeIn(offsets, offset)
    return place < 0 ? store.get(offset) : rows[place]
  }

  return {
    get(offset) {
      if (newest?.said.offset === offset) return newest
      const known = met.get(offset)
      if (known !== undefined || changed.has(offset)) return known
      const bytes = bytesOf(offset)
      if (bytes === undefined) return undefined
      const kept = decodeEvidence(bytes)
      met.set(offset, kept)
      return kept
    },
    newest: () => newest,
    set(offset, kept) {
      if (newest?.said.offset === offset) newest = kept
      else if (offset > last) {
        settleNewest()
        newest = kept
        last = offset
      } else {
        met.set(offset, kept)
        changed.add(offset)
      }
    },
    delete(offset) {
      if (newest?.said.offset === offset) settleNewest()
      met.delete(offset)
      changed.add(offset)
    },
    write() {
      settleNewest()
      for (const [place, offset] of offsets.entries()) {
        const row = rows[place]
        if (row !== undefined && !changed.has(offset)) store.append(offset, row)
      }
      for (const offset of [...changed].toSorted((a, b) => a - b)) {
        const kept = met.get(offset)
        if (kept === undefined) store.remove(offset)
        else store.put(offset, encode(kept))
      }
    },
    committed() {
      rows = []
      offsets.length = 0
      met.clear()
      changed.clear()
    },
  }
}

/** Place of a number in a list in ascending order; -1: it is not there. */
function placeIn(numbers: readonly number[], wanted: number): number {
  let from = 0
  let to = numbers.length - 1
  while (from <= to) {
    const middle = (from + to) >> 1
    const found = numbers[middle] ?? 0
    if (found === wanted) return middle
    if (found < wanted) from = middle + 1
    else to = middle - 1
  }
  return -1
}
