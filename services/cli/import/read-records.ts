import { type FindRecord, lineBreakAt } from './csv-record.ts'

/** A record of a text, or a line that belongs to none. */
export interface TextRecord {
  /** Where it ends, from 1. */
  readonly line: number
  readonly lines: number
  /** null: it can't be read. */
  readonly cells: readonly string[] | null
  readonly problem: string
}

/** Characters of one record: what is held in memory until its end is found. */
export const recordCharactersMax = 2 ** 20

const notClosed = 'a quote opens a text that is not closed'
const tooLong = `the row is longer than ${recordCharactersMax} characters`

/**
 * The records of a text that comes in pieces. One that can't be read costs its first line alone: reading goes on with the line behind it, so that no quote
 * and no length swallows the rest of a file.
 */
export async function* readRecords(
  pieces: AsyncIterable<string>,
  find: FindRecord,
  charactersMax: number = recordCharactersMax,
): AsyncGenerator<TextRecord> {
  let text = ''
  let at = 0
  let line = 0
  /** Within a line that is too long. */
  let isSkipping = false

  const broken = (problem: string): TextRecord => ({ line, lines: 1, cells: null, problem })

  /** Passes over the rest of a line; false: it goes on in the next piece. */
  const passLine = (isLast: boolean): boolean => {
    while (at < text.length) {
      const length = lineBreakAt(text, at, isLast)
      if (length === -1) return false
      at += Math.max(length, 1)
      if (length > 0) return true
    }
    return isLast
  }

  function* take(isLast: boolean): Generator<TextRecord> {
    while (at < text.length) {
      if (isSkipping) {
        if (!passLine(isLast)) return
        isSkipping = false
        continue
      }
      const record = find(text, at, isLast)
      if (record.found === 'record') {
        at = record.end
        line += record.lines
        const { cells, lines } = record
        // An empty line says nothing.
        if (cells.length > 1 || cells[0] !== '') yield { line, lines, cells, problem: '' }
        continue
      }
      const isTooLong = text.length - at > charactersMax
      if (record.found === 'part' && !isTooLong) return
      line += 1
      isSkipping = !passLine(isLast)
      yield broken(isSkipping ? tooLong : notClosed)
    }
  }

  for await (const piece of pieces) {
    text = text.slice(at) + piece
    at = 0
    yield* take(false)
  }
  yield* take(true)
}
