/** What the server must know of a statement before it runs; the engine parses it for real. */
export interface StatementShape {
  /** INSERT whose rows follow as data in a named format (not VALUES, not SELECT). */
  readonly insertFormat: string | null
  /** Text after a `;` other than blanks and comments: a server takes one statement a request. */
  readonly several: boolean
  /** The format named by a trailing FORMAT clause. */
  readonly outputFormat: string | null
}

const insertHead = /^\s*INSERT\s+INTO\s[\s\S]*?\bFORMAT\s+([A-Za-z_][A-Za-z0-9_]*)(?=[\s;]|$)/i
const trailingFormat = /\bFORMAT\s+([A-Za-z_][A-Za-z0-9_]*)\s*(?:SETTINGS\b[^']*)?;?\s*$/i

/** Reads the shape of `sql`, the text before any rows. */
export function shapeOf(sql: string): StatementShape {
  const code = blankOut(sql)
  const insert = /^\s*INSERT\s/i.test(code)
  const insertFormat = insert ? insertFormatOf(code) : null
  const separator = code.indexOf(';')
  return {
    insertFormat,
    several:
      insertFormat === null && separator >= 0 && code.slice(separator).replace(/[;\s]/g, '') !== '',
    outputFormat: insert ? null : (trailingFormat.exec(code)?.[1] ?? null),
  }
}

/** Where the rows start in a body that holds the statement and its rows; null without FORMAT. */
export function dataOffset(body: string): number | null {
  const match = insertHead.exec(body)
  return match === null ? null : match[0].length
}

function insertFormatOf(code: string): string | null {
  const match = insertHead.exec(code)
  if (match === null || /\bSELECT\b/i.test(match[0])) return null
  const format = match[1] ?? null
  return format?.toUpperCase() === 'VALUES' ? null : format
}

const opaque =
  /'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*"|`(?:[^`\\]|\\[\s\S]|``)*`|--[^\n]*|\/\*[\s\S]*?\*\//g

/** Replaces literals, quoted names and comments by blanks of the same length. */
function blankOut(sql: string): string {
  return sql.replace(opaque, (text) => ' '.repeat(text.length))
}
