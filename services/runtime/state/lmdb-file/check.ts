import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  isMetaPage,
  isOverflow,
  type Meta,
  metaAt,
  metaBytes,
  type Page,
  pageHeaderBytes,
  type Pointer,
  readPage,
  type Tree,
} from './layout.ts'

export type FileCheck =
  /** Nothing was ever written. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'sound' }
  | { readonly kind: 'damaged'; readonly why: string }

/** Longest time on the event loop in one go. */
const turnMs = 10
const pageBytesMin = 512
const pageBytesMax = 65_536
/** LMDB's own bound of a tree's depth. */
const depthMax = 32

class Damage extends Error {}

/**
 * Looks whether a data.mdb can be opened: LMDB trusts its file, and a damaged one ends the process by a signal, or is missing entries without
 * a word. Follows the snapshot that LMDB would take through all its trees: every page is where its parent says, says so itself, is reached once
 * and has its entries within; every tree has the entries and pages that it counts. Bytes inside of a value are not looked at. Reads each page once,
 * about 0.4 GB/s from the page cache, with turns for the event loop. Nobody may write to the file meanwhile.
 */
export async function checkLmdbFile(path: string): Promise<FileCheck> {
  const file = openIfThere(path)
  if (file === null) return { kind: 'absent' }
  try {
    const { size } = fstatSync(file)
    if (size === 0) return { kind: 'absent' }
    await walk(createReader(file, size, metaOf(file)))
    return { kind: 'sound' }
  } catch (error) {
    if (error instanceof Damage) return { kind: 'damaged', why: error.message }
    throw error
  } finally {
    closeSync(file)
  }
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

function metaOf(file: number): Meta {
  const head = Buffer.alloc(pageBytesMax * 2)
  const bytes = head.subarray(0, readSync(file, head, 0, head.length, 0))
  if (!isMetaPage(bytes, 0)) throw new Damage('it does not begin as a file of LMDB')
  const first = metaAt(bytes, 0)
  const { pageBytes } = first
  if (pageBytes < pageBytesMin || pageBytes > pageBytesMax || (pageBytes & (pageBytes - 1)) !== 0)
    throw new Damage(`its pages have ${pageBytes} bytes`)
  if (!isMetaPage(bytes, pageBytes)) throw new Damage('its second meta page is none')
  const latest = pick(first, metaAt(bytes, pageBytes))
  // lmdb-js keeps the last snapshot that reached the disk in the second half of the first page.
  const half = pageBytes / 2
  const fits = half >= pageHeaderBytes + metaBytes
  return fits ? pick(latest, metaAt(bytes, half)) : latest
}

/** As lmdb-js does: what was written before the system's last start counts only if it had reached the disk. */
function pick(a: Meta, b: Meta): Meta {
  if (b.transaction === 0) return a
  const [newer, older] = a.transaction >= b.transaction ? [a, b] : [b, a]
  const { bootId } = newer
  return (bootId !== 0 && bootId === thisBoot()) || !newer.unflushed ? newer : older
}

function thisBoot(): number {
  try {
    // lmdb-js takes the first group of the id.
    return Number.parseInt(readFileSync('/proc/sys/kernel/random/boot_id', 'latin1'), 16)
  } catch {
    return 0
  }
}

interface Reader {
  readonly meta: Meta
  page(number: number): Page
  overflow(number: number, pages: number): void
}

function createReader(file: number, size: number, meta: Meta): Reader {
  const { pageBytes, lastPage } = meta
  if (lastPage * pageBytes > Number.MAX_SAFE_INTEGER) throw new Damage(`it has ${lastPage} pages`)
  const seen = new Uint8Array(Math.ceil(Math.min(lastPage + 1, size / pageBytes + 1) / 8))
  const bytes = Buffer.alloc(pageBytes)
  const visit = (number: number, pages: number): void => {
    if (number < 2 || number + pages - 1 > lastPage)
      throw new Damage(`it leads to page ${number}, the last one is ${lastPage}`)
    if ((number + pages) * pageBytes > size)
      throw new Damage(`page ${number} is behind the end of the file`)
    for (let each = number; each < number + pages; each++) {
      const at = each >> 3
      const bit = 1 << (each & 7)
      if (((seen[at] ?? 0) & bit) !== 0) throw new Damage(`page ${each} is used twice`)
      seen[at] = (seen[at] ?? 0) | bit
    }
  }
  const read = (number: number, count: number): void => {
    readSync(file, bytes, 0, count, number * pageBytes)
  }
  return {
    meta,
    page(number) {
      visit(number, 1)
      read(number, pageBytes)
      const page = readPage(bytes, number)
      if (typeof page === 'string') throw new Damage(page)
      return page
    },
    overflow(number, pages) {
      if (pages < 1) throw new Damage(`a value has ${pages} pages`)
      visit(number, pages)
      read(number, pageHeaderBytes)
      if (!isOverflow(bytes, number, pages))
        throw new Damage(`page ${number} does not begin a value of ${pages} pages`)
    },
  }
}

async function walk(reader: Reader): Promise<void> {
  const turn = createTurn()
  await walkTree(reader, reader.meta.free, turn)
  for (const tree of await walkTree(reader, reader.meta.main, turn))
    await walkTree(reader, tree, turn)
}

/** Walks a tree level by level; returns the trees that its entries name. */
async function walkTree(reader: Reader, tree: Tree, turn: Turn): Promise<readonly Tree[]> {
  const trees: Tree[] = []
  const counted = { branchPages: 0, leafPages: 0, overflowPages: 0, entries: 0 }
  const follow = (point: Pointer): void => {
    if (point.kind === 'tree') trees.push(point.tree)
    else {
      reader.overflow(point.page, point.pages)
      counted.overflowPages += point.pages
    }
  }
  if (tree.depth > depthMax) throw new Damage(`a tree is ${tree.depth} levels deep`)
  let level: readonly number[] = tree.root === null ? [] : [tree.root]
  for (let depth = 1; level.length > 0; depth++) {
    const next: number[] = []
    for (const number of level) {
      const page = reader.page(number)
      if ((page.kind === 'leaf') !== (depth === tree.depth))
        throw new Damage(`page ${number} is a ${page.kind} on level ${depth} of ${tree.depth}`)
      if (page.kind === 'branch') {
        counted.branchPages++
        for (const child of page.children) next.push(child)
      } else {
        counted.leafPages++
        counted.entries += page.entries
        for (const point of page.points) follow(point)
      }
      if (turn.isDue()) await turn.take()
    }
    level = next
  }
  for (const what of ['entries', 'branchPages', 'leafPages', 'overflowPages'] as const)
    if (counted[what] !== tree[what])
      throw new Damage(`a tree has ${counted[what]} ${what}, its head says ${tree[what]}`)
  return trees
}

interface Turn {
  isDue(): boolean
  take(): Promise<void>
}

function createTurn(): Turn {
  let since = performance.now()
  return {
    isDue: () => performance.now() - since >= turnMs,
    async take() {
      await nextTurn()
      since = performance.now()
    },
  }
}
