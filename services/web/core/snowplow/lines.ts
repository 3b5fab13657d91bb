import { type Fields, isFields } from '#runtime/channel/core/fields.ts'
import { type Rejection, reject } from '#runtime/channel/core/outcome.ts'
import { columnKinds, columns } from './columns.ts'

/** Stands in a line's place when the line is none: what was found, for the reason of its dead letter. */
const brokenLine = 'tributary_broken_line'

const brokenBecause = (why: string): Fields => ({ [brokenLine]: why })

/** Why an item could not be read out of its line, if it could not. */
export function whyBroken(item: Fields): Rejection | null {
  const why = Object.hasOwn(item, brokenLine) ? item[brokenLine] : undefined
  return typeof why === 'string' ? reject('unexpected_shape', why.slice(0, 200)) : null
}

function valueOf(text: string, place: number): string | number | boolean {
  switch (columnKinds[place]) {
    case 'number': {
      const number = Number(text)
      return Number.isFinite(number) ? number : text
    }
    case 'boolean':
      return text === '1' || text === '0' ? text === '1' : text
    default:
      return text
  }
}

/** An event's columns by name, without those that are empty. More columns than we know are newer ones. */
function readColumns(line: string): Fields {
  const values = line.split('\t', columns.length)
  if (values.length < columns.length)
    return brokenBecause(`${values.length} columns of a line that has ${columns.length}`)
  const item: Record<string, unknown> = {}
  for (let place = 0; place < columns.length; place++) {
    const text = values[place]
    const name = columns[place]
    if (name !== undefined && text !== undefined && text !== '') item[name] = valueOf(text, place)
  }
  return item
}

function readJson(line: string): Fields {
  try {
    const value: unknown = JSON.parse(line)
    return isFields(value) ? value : brokenBecause('a line of JSON that is no object')
  } catch {
    return brokenBecause('a line that sets out to be JSON and is none')
  }
}

/** One event a line, as columns or as JSON. */
export const readLines = (text: string): readonly Fields[] =>
  text
    .split('\n')
    .map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
    .filter((line) => line.trim() !== '')
    .map((line) => (line.startsWith('{') ? readJson(line) : readColumns(line)))

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const eventIdPlace = columns.indexOf('event_id')
const timePlace = columns.indexOf('collector_tstamp')

/** Whether the first line has the columns of an enriched event: an id and a time where these belong. */
export function looksEnriched(text: string): boolean {
  const end = text.indexOf('\n')
  const values = (end < 0 ? text : text.slice(0, end)).split('\t', columns.length)
  return (
    values.length === columns.length &&
    uuid.test(values[eventIdPlace] ?? '') &&
    /^\d{4}-\d\d-\d\d /.test(values[timePlace] ?? '')
  )
}
