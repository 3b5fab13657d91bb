/** One record of a text, from a place in it. */
export type FoundRecord =
  | {
      readonly found: 'record'
      readonly cells: readonly string[]
      /** Behind its line break. */
      readonly end: number
      /** How many lines it takes. */
      readonly lines: number
    }
  /** The text ends within it. */
  | { readonly found: 'part' }
  /** A quote is not closed: what follows can't be told from its text. */
  | { readonly found: 'broken' }

/** `isLast`: nothing comes behind the text. */
export type FindRecord = (text: string, at: number, isLast: boolean) => FoundRecord

const quote = 0x22
const newline = 0x0a
const carriageReturn = 0x0d

/** Length of the line break at a place; 0: there is none; -1: the text ends within it. */
export function lineBreakAt(text: string, at: number, isLast: boolean): number {
  const code = text.charCodeAt(at)
  if (code === newline) return 1
  if (code !== carriageReturn) return 0
  if (at + 1 === text.length) return isLast ? 1 : -1
  return text.charCodeAt(at + 1) === newline ? 2 : 1
}

const lineBreaks = /\r\n|\n|\r/g
const linesIn = (text: string): number => text.match(lineBreaks)?.length ?? 0

interface Cell {
  readonly value: string
  readonly end: number
  readonly lines: number
}

/**
 * RFC 4180 and its dialects. A quote inside of a cell is text, and so is one that is closed before the cell ends (`"x" y`); but a text
 * over several lines must be closed where its cell ends, else the quote swallows the rows behind it.
 */
export function csvRecords(delimiter: string): FindRecord {
  const first = delimiter.charCodeAt(0)
  const isDelimiter = (text: string, at: number): boolean =>
    text.charCodeAt(at) === first && (delimiter.length === 1 || text.startsWith(delimiter, at))
  /** Where a cell without quotes ends; null: the text ends within it. */
  const endOfPlain = (text: string, from: number, isLast: boolean): number | null => {
    let at = from
    while (at < text.length) {
      const code = text.charCodeAt(at)
      if (code === newline || code === carriageReturn) return at
      if (code === first && isDelimiter(text, at)) return at
      at += 1
    }
    return isLast ? at : null
  }
  const quoted = (text: string, at: number, isLast: boolean): Cell | 'part' | 'broken' => {
    let close = text.indexOf('"', at + 1)
    while (close !== -1 && text.charCodeAt(close + 1) === quote)
      close = text.indexOf('"', close + 2)
    if (close === -1) return isLast ? 'broken' : 'part'
    const behind = close + 1
    if (behind + delimiter.length > text.length && !isLast) return 'part'
    const inside = text.slice(at + 1, close)
    const lines = linesIn(inside)
    if (behind === text.length || isDelimiter(text, behind) || lineBreakAt(text, behind, true) > 0)
      return { value: inside.replaceAll('""', '"'), end: behind, lines }
    if (lines > 0) return 'broken'
    const end = endOfPlain(text, behind, isLast)
    return end === null ? 'part' : { value: text.slice(at, end), end, lines }
  }
  return (text, from, isLast) => {
    const cells: string[] = []
    let lines = 1
    let at = from
    for (;;) {
      if (text.charCodeAt(at) === quote) {
        const cell = quoted(text, at, isLast)
        if (typeof cell === 'string') return { found: cell }
        cells.push(cell.value)
        lines += cell.lines
        at = cell.end
      } else {
        const end = endOfPlain(text, at, isLast)
        if (end === null) return { found: 'part' }
        cells.push(text.slice(at, end))
        at = end
      }
      if (at === text.length)
        return isLast ? { found: 'record', cells, end: at, lines } : { found: 'part' }
      const length = lineBreakAt(text, at, isLast)
      if (length === -1) return { found: 'part' }
      if (length > 0) return { found: 'record', cells, end: at + length, lines }
      at += delimiter.length
    }
  }
}

/** Columns parted by runs of blanks, as statistics programs write them: no quotes, blanks at the ends mean nothing. */
export const blankRecords: FindRecord = (text, from, isLast) => {
  let at = from
  while (at < text.length) {
    const length = lineBreakAt(text, at, isLast)
    if (length === -1) return { found: 'part' }
    if (length > 0) break
    at += 1
  }
  if (at === text.length && !isLast) return { found: 'part' }
  const end = at + Math.max(lineBreakAt(text, at, true), 0)
  return { found: 'record', cells: text.slice(from, at).trim().split(/\s+/), end, lines: 1 }
}
