import { isUtf8 } from 'node:buffer'

/** What bytes are, as far as they can be shown. */
export type Content =
  | { readonly kind: 'json'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly text: string }

/** Nobody reads more on a terminal. */
const hexBytesMax = 64 * 1024
const perLine = 16

/** JSON indented, other text as it is, else a hex dump. */
export function contentOf(bytes: Uint8Array): Content {
  const text = isUtf8(bytes) ? Buffer.from(bytes).toString('utf8') : null
  // NUL is no text, whatever UTF-8 says: Avro and other binary forms are full of it.
  if (text === null || text.includes('\0')) return { kind: 'bytes', text: hexDump(bytes) }
  return isJson(text) ? { kind: 'json', text: indented(text) } : { kind: 'text', text }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const mark = /[{}[\],:]/
const blank = /\s/
const ending = /[\s{}[\],:"]/
const indentMax = 40

/** Texts, numbers, words and marks of valid JSON. By hand: an expression keeps a place to come back to for each escape of a text, and runs out of them. */
function tokensOf(json: string): readonly string[] {
  const tokens: string[] = []
  for (let from = 0; from < json.length; ) {
    const to = endOf(json, from)
    const one = json.slice(from, to)
    if (!blank.test(one.charAt(0))) tokens.push(one)
    from = to
  }
  return tokens
}

function endOf(json: string, from: number): number {
  const first = json.charAt(from)
  let to = from + 1
  if (first === '"') {
    while (to < json.length && json[to] !== '"') to += json[to] === '\\' ? 2 : 1
    return to + 1
  }
  if (mark.test(first) || blank.test(first)) return to
  while (to < json.length && !ending.test(json.charAt(to))) to += 1
  return to
}

/** Valid JSON with line breaks. Written from its own characters, so that no number loses a digit and no repeated key is lost. */
function indented(json: string): string {
  const tokens = tokensOf(json)
  const parts: string[] = []
  let depth = 0
  const line = (): string => `\n${'  '.repeat(Math.min(depth, indentMax))}`
  for (const [n, one] of tokens.entries()) {
    const opens = one === '{' || one === '['
    const closes = one === '}' || one === ']'
    const isEmpty = (at: number): boolean =>
      /^(?:\{\}|\[\])$/.test(`${tokens[at]}${tokens[at + 1]}`)
    if (opens) depth += 1
    if (closes) depth -= 1
    if (closes && !isEmpty(n - 1)) parts.push(line())
    parts.push(one === ':' ? ': ' : one)
    if (one === ',' || (opens && !isEmpty(n))) parts.push(line())
  }
  return parts.join('')
}

function hexDump(bytes: Uint8Array): string {
  const shown = bytes.subarray(0, hexBytesMax)
  const lines: string[] = []
  for (let from = 0; from < shown.length; from += perLine) {
    const row = shown.subarray(from, from + perLine)
    const hex = [...row].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    const text = [...row].map((byte) =>
      byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.',
    )
    lines.push(
      `${from.toString(16).padStart(8, '0')}  ${hex.padEnd(perLine * 3 - 1)}  ${text.join('')}`,
    )
  }
  if (shown.length < bytes.length) lines.push(`and ${bytes.length - shown.length} more bytes`)
  return lines.join('\n')
}
