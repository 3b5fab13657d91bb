/**
 * How the LMDB that lmdb-js ships lays out a file on a 64-bit little-endian host (data version 2: dependencies/lmdb/libraries/liblmdb/mdb.c,
 * structs MDB_meta, MDB_db, MDB_page_header, MDB_node, MDB_ovpage). Sizes and places in bytes.
 */
export const pageHeaderBytes = 24
const nodeHeaderBytes = 8
const treeBytes = 48
export const metaBytes = 144
const metaMagic = 0xbeefc0de
const dataVersion = 2
const branchPage = 0x01
const leafPage = 0x02
const overflowPage = 0x04
const metaPage = 0x08
/** Of a node: its data is on pages of its own. */
const bigData = 0x01
/** Of a node: its data is a tree, that is, a named database. */
const subTree = 0x02
/** Of a meta: what it stands for may not have reached the disk. */
const unflushed = 0x1000

export interface Tree {
  readonly depth: number
  readonly branchPages: number
  readonly leafPages: number
  readonly overflowPages: number
  readonly entries: number
  /** null: empty. */
  readonly root: number | null
}

export interface Meta {
  readonly pageBytes: number
  readonly free: Tree
  readonly main: Tree
  readonly lastPage: number
  readonly transaction: number
  readonly bootId: number
  readonly unflushed: boolean
}

export type Page =
  | { readonly kind: 'branch'; readonly children: readonly number[] }
  | { readonly kind: 'leaf'; readonly entries: number; readonly points: readonly Pointer[] }

/** What leads from a leaf to other pages. */
export type Pointer =
  | { readonly kind: 'overflow'; readonly page: number; readonly pages: number }
  | { readonly kind: 'tree'; readonly tree: Tree }

/** Exact up to 2^53, more than any file has bytes. */
const u64 = (bytes: Buffer, at: number): number =>
  bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32

const invalidPage = 2 ** 64

function treeAt(bytes: Buffer, at: number): Tree {
  const root = u64(bytes, at + 40)
  return {
    depth: bytes.readUInt16LE(at + 6),
    branchPages: u64(bytes, at + 8),
    leafPages: u64(bytes, at + 16),
    overflowPages: u64(bytes, at + 24),
    entries: u64(bytes, at + 32),
    root: root >= invalidPage ? null : root,
  }
}

/** Whether a page begins with a meta. */
export const isMetaPage = (bytes: Buffer, place: number): boolean =>
  bytes.length >= place + pageHeaderBytes + metaBytes &&
  (bytes.readUInt16LE(place + 18) & metaPage) !== 0 &&
  bytes.readUInt32LE(place + pageHeaderBytes) === metaMagic &&
  (bytes.readUInt32LE(place + pageHeaderBytes + 4) & 0xffff) === dataVersion

/** `place`: of the page header before it. */
export function metaAt(bytes: Buffer, place: number): Meta {
  const at = place + pageHeaderBytes
  return {
    pageBytes: bytes.readUInt32LE(at + 24),
    free: treeAt(bytes, at + 24),
    main: treeAt(bytes, at + 72),
    lastPage: u64(bytes, at + 120),
    transaction: u64(bytes, at + 128),
    bootId: u64(bytes, at + 136),
    unflushed: (bytes.readUInt16LE(at + 28) & unflushed) !== 0,
  }
}

/** Reads a page of a tree, or says what is wrong with it. */
export function readPage(bytes: Buffer, number: number): Page | string {
  if (u64(bytes, 0) !== number) return `page ${number} says that it is page ${u64(bytes, 0)}`
  const flags = bytes.readUInt16LE(18)
  const lower = bytes.readUInt16LE(20)
  const upper = bytes.readUInt16LE(22)
  if ((flags !== branchPage && flags !== leafPage) || lower % 2 !== 0)
    return `page ${number} has flags ${flags}`
  if (lower > upper || pageHeaderBytes + upper > bytes.length)
    return `page ${number} says that it is free from ${lower} to ${upper}`
  return flags === branchPage
    ? readBranch(bytes, number, lower, upper)
    : readLeaf(bytes, number, lower, upper)
}

/** Where an entry of a page begins; -1: not within the page. */
function entryAt(bytes: Buffer, slot: number, upper: number): number {
  const place = pageHeaderBytes + bytes.readUInt16LE(slot)
  const fits =
    place >= pageHeaderBytes + upper &&
    place + nodeHeaderBytes <= bytes.length &&
    place + nodeHeaderBytes + bytes.readUInt16LE(place + 6) <= bytes.length
  return fits ? place : -1
}

function readBranch(bytes: Buffer, number: number, lower: number, upper: number): Page | string {
  const children: number[] = []
  for (let slot = pageHeaderBytes; slot < pageHeaderBytes + lower; slot += 2) {
    const at = entryAt(bytes, slot, upper)
    if (at < 0) return `page ${number} has an entry outside of it`
    children.push(bytes.readUInt32LE(at) + bytes.readUInt16LE(at + 4) * 2 ** 32)
  }
  return { kind: 'branch', children }
}

function readLeaf(bytes: Buffer, number: number, lower: number, upper: number): Page | string {
  const points: Pointer[] = []
  for (let slot = pageHeaderBytes; slot < pageHeaderBytes + lower; slot += 2) {
    const at = entryAt(bytes, slot, upper)
    if (at < 0) return `page ${number} has an entry outside of it`
    const flags = bytes.readUInt16LE(at + 4)
    const data = at + nodeHeaderBytes + bytes.readUInt16LE(at + 6)
    const inPage = (flags & bigData) === 0 ? bytes.readUInt32LE(at) : pageHeaderBytes
    if (flags > 3 || data + inPage > bytes.length)
      return `page ${number} has a value that is longer than the page`
    if ((flags & bigData) !== 0)
      points.push({ kind: 'overflow', page: u64(bytes, data), pages: u64(bytes, data + 16) })
    else if ((flags & subTree) !== 0) {
      if (inPage !== treeBytes) return `page ${number} names a database in ${inPage} bytes`
      points.push({ kind: 'tree', tree: treeAt(bytes, data) })
    }
  }
  return { kind: 'leaf', entries: lower / 2, points }
}

/** Whether these are the first bytes of `pages` pages that hold one value. */
export const isOverflow = (header: Buffer, number: number, pages: number): boolean =>
  u64(header, 0) === number &&
  header.readUInt16LE(18) === overflowPage &&
  header.readUInt32LE(20) === pages
