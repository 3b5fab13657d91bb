import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { readIso } from '#runtime/channel/core/time/clock-text.ts'
import { asError, isTributaryError, TributaryError } from '#runtime/errors/index.ts'
import { readRows } from '../import/read-rows.ts'
import { parseWho, type Who } from '../profile/parse-who.ts'

/** One row of the file: who, and as of when. */
export interface Entity {
  /** Of the output, from 1: the first below the header. */
  readonly row: number
  readonly who: Who
  readonly at: Date
}

export interface EntityFile {
  readonly file: string
  readonly entityColumn: string
  readonly timeColumn: string
}

interface Cells {
  readonly line: number
  readonly who: unknown
  readonly at: unknown
}

/**
 * The rows of a CSV file with a header, or of JSON lines: whichever it begins like. Every one of them, or none: a row that can't be read would be
 * missing where somebody counts on as many rows as there were. What is in a row is in no message.
 * @throws TributaryError `TRB_USAGE` with the line; also for a time that has not come.
 */
export async function* readEntities(
  cwd: string,
  asked: EntityFile,
  now: Date,
): AsyncGenerator<Entity> {
  const path = resolve(cwd, asked.file)
  const wrong = (line: number, what: string, hint: string): TributaryError =>
    new TributaryError('TRB_USAGE', `${asked.file}, line ${line}: ${what}`, { hint })
  let row = 0
  for await (const { line, who, at } of cellsOf(path, asked)) {
    row += 1
    const time = typeof at === 'string' ? timeIn(at) : null
    if (time === null)
      throw wrong(line, `${asked.timeColumn} is no time`, 'ISO 8601: 2026-03-01T12:00:00Z.')
    if (time > now)
      throw wrong(
        line,
        `${asked.timeColumn} is in the future`,
        'Nothing is known of it. Leave such rows out, or ask again when the time has come.',
      )
    yield { row, who: whoIn(who, wrong, line, asked), at: time }
  }
}

function whoIn(
  text: unknown,
  wrong: (line: number, what: string, hint: string) => TributaryError,
  line: number,
  { entityColumn }: EntityFile,
): Who {
  try {
    return parseWho(typeof text === 'string' ? text.trim() : '')
  } catch (error) {
    if (!isTributaryError(error, 'TRB_USAGE')) throw error
    throw wrong(
      line,
      `${entityColumn} names nobody`,
      'email=ada@example.org (any identifier type), a pseudonym email:…, or a profile id.',
    )
  }
}

/** With an offset, or UTC; as events may state it, but from the day on. Days that no calendar has are none. */
function timeIn(text: string): Date | null {
  const trimmed = text.trim()
  const ms = /^\d{4}-\d\d-\d\d/.test(trimmed) ? readIso(trimmed, 'UTC') : 'invalid_time'
  return typeof ms === 'number' ? new Date(ms) : null
}

async function* cellsOf(path: string, asked: EntityFile): AsyncGenerator<Cells> {
  const isJson = (await firstByte(path, asked.file)) === '{'
  yield* isJson ? jsonCells(path, asked) : csvCells(path, asked)
}

async function* csvCells(
  path: string,
  { file, entityColumn, timeColumn }: EntityFile,
): AsyncGenerator<Cells> {
  for await (const { fields, line, problem } of readRows(path, {})) {
    const cells = fields === null || problem !== '' ? null : fields
    if (cells === null) throw new TributaryError('TRB_USAGE', `${file}, line ${line}: ${problem}`)
    for (const name of [entityColumn, timeColumn])
      if (!Object.hasOwn(cells, name)) throw missing(file, name)
    yield { line, who: cells[entityColumn], at: cells[timeColumn] }
  }
}

async function* jsonCells(
  path: string,
  { file, entityColumn, timeColumn }: EntityFile,
): AsyncGenerator<Cells> {
  let line = 0
  const lines = createInterface({
    input: createReadStream(path),
    crlfDelay: Number.POSITIVE_INFINITY,
  })
  for await (const each of lines) {
    line += 1
    // Also a byte order mark, which JSON does not allow.
    const text = each.trim()
    if (text === '') continue
    const cells = new Map(Object.entries(objectIn(text, file, line)))
    for (const name of [entityColumn, timeColumn]) if (!cells.has(name)) throw missing(file, name)
    yield { line, who: cells.get(entityColumn), at: cells.get(timeColumn) }
  }
}

function objectIn(text: string, file: string, line: number): object {
  const wrong = (): never => {
    throw new TributaryError('TRB_USAGE', `${file}, line ${line}: no JSON object`)
  }
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : wrong()
  } catch {
    return wrong()
  }
}

const missing = (file: string, column: string): TributaryError =>
  new TributaryError('TRB_USAGE', `${file} has no column ${column}`, {
    hint: 'Name yours with --entity-column and --time-column.',
  })

/** @throws TributaryError `TRB_USAGE` when the file cannot be read. */
async function firstByte(path: string, file: string): Promise<string> {
  try {
    await using handle = await open(path)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0)
    return buffer.toString('utf8', 0, bytesRead).trimStart().slice(0, 1)
  } catch (cause) {
    throw new TributaryError('TRB_USAGE', `${file} cannot be read: ${asError(cause).message}`, {
      hint: 'Check the path.',
      cause,
    })
  }
}
