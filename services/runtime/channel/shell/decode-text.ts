import { isUtf8 } from 'node:buffer'
import { parse } from 'csv-parse/sync'
import { type Rejection, reject } from '../core/outcome.ts'
import type { ConfiguredSource } from '../core/settings.ts'

/** What a record's bytes say, or why they say nothing. */
export type Decoded = { readonly value: unknown } | Rejection

const byteOrderMark = 0xfeff

function decodeText(bytes: Uint8Array): string | Rejection {
  // Replacing broken bytes would turn one person's name into another identifier; a dead letter can be replayed when it is mended.
  if (!isUtf8(bytes)) return reject('invalid_utf8', 'the bytes are not UTF-8')
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  return text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text
}

/** The text itself, for vendors that write neither JSON nor Avro. */
export function decodePlainText(bytes: Uint8Array): Decoded {
  const text = decodeText(bytes)
  return typeof text === 'string' ? { value: text } : text
}

export function decodeJson(bytes: Uint8Array): Decoded {
  const text = decodeText(bytes)
  if (typeof text !== 'string') return text
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return reject('invalid_json', 'the bytes are no JSON')
  }
}

/** JSON, or else the text itself, unless it sets out to be JSON: whose text it is, is seen by its shape. */
export function decodeJsonOrText(bytes: Uint8Array): Decoded {
  const json = decodeJson(bytes)
  if ('value' in json || json.reject !== 'invalid_json') return json
  const text = decodePlainText(bytes)
  return 'value' in text && typeof text.value === 'string' && !/^\s*[[{"]/.test(text.value)
    ? text
    : json
}

/** A record of CSV text: rows as objects, by the columns of the source or the record's first line. */
export function decodeCsv(bytes: Uint8Array, csv: ConfiguredSource['csv']): Decoded {
  const text = decodeText(bytes)
  if (typeof text !== 'string') return text
  try {
    const rows: unknown = parse(text, {
      columns: csv.columns === null ? true : [...csv.columns],
      delimiter: csv.delimiter === 'whitespace' ? ' ' : csv.delimiter,
      ltrim: csv.delimiter === 'whitespace',
      skip_empty_lines: true,
    })
    return { value: rows }
  } catch {
    return reject('invalid_csv_row', 'the bytes are no CSV of these columns')
  }
}
