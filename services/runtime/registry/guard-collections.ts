/* oxlint-disable typescript/no-unsafe-type-assertion, no-underscore-dangle -- the inside of avsc has no types */
import avro from 'avsc'

interface Tap {
  pos: number
  readonly buf: Buffer
  readLong(): number
  readString(): string
  isValid(): boolean
}

interface Readable {
  _read(tap: Tap): unknown
}

interface CollectionPrototype extends Readable {
  readonly itemsType: Readable
  readonly valuesType: Readable
}

/**
 * Items that take no bytes (nulls, records without fields), of one record, all its collections and their blocks together: the only ones of which
 * there can be more than bytes, so that a few bytes could ask for any number of them.
 */
export const emptyItemsMax = 65_536

/** Empty items read so far; a record is read with a tap of its own. */
const emptyItems = new WeakMap<Tap, number>()

let guarded = false

/**
 * avsc 5.7 believes a collection's count before it looks at the bytes: a damaged count of some hundred millions would take
 * all memory and the partition with it. Its types are frozen, so the two prototypes are replaced, for the whole process:
 * reading stops where the bytes end.
 */
export function guardCollections(): void {
  if (guarded) return
  const { ArrayType, MapType } = avro.types
  const arrays = ArrayType.prototype as unknown as CollectionPrototype
  arrays._read = readArray
  const maps = MapType.prototype as unknown as CollectionPrototype
  maps._read = readMap
  guarded = true
}

function readArray(this: CollectionPrototype, tap: Tap): unknown {
  const items: unknown[] = []
  const { itemsType } = this
  readBlocks(tap, () => items.push(itemsType._read(tap)))
  return items
}

function readMap(this: CollectionPrototype, tap: Tap): unknown {
  const entries: [string, unknown][] = []
  const { valuesType } = this
  readBlocks(tap, () => entries.push([tap.readString(), valuesType._read(tap)]))
  return Object.fromEntries(entries)
}

function readBlocks(tap: Tap, readItem: () => void): void {
  for (let count = tap.readLong(); count !== 0; count = tap.readLong()) {
    let left = count
    if (count < 0) {
      left = -count
      tap.readLong() // the block's size in bytes
    }
    if (left > tap.buf.length - tap.pos + emptyItemsMax) {
      tap.pos = tap.buf.length + 1
      return
    }
    for (; left > 0; left -= 1) {
      const from = tap.pos
      readItem()
      if (!tap.isValid()) return
      if (tap.pos === from && isTooEmpty(tap)) {
        tap.pos = tap.buf.length + 1
        return
      }
    }
  }
}

/** One more item that took no bytes. */
function isTooEmpty(tap: Tap): boolean {
  const items = (emptyItems.get(tap) ?? 0) + 1
  emptyItems.set(tap, items)
  return items > emptyItemsMax
}
