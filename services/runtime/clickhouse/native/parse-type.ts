/** A ClickHouse type as its text says: `Map(String, UInt8)` is named Map with two arguments. */
export interface ColumnType {
  readonly name: string
  readonly args: readonly ColumnTypeArgument[]
}

/** Of a Tuple an argument may have a name of its own; a number or a quoted text is a type without arguments. */
export interface ColumnTypeArgument {
  readonly label: string | null
  readonly type: ColumnType
}

/** Reads a type as `system.columns` writes it; null: not understood, which is no error here. */
export function parseType(text: string): ColumnType | null {
  const tokens = text.match(/'(?:[^'\\]|\\.)*'|[A-Za-z0-9_.\-+]+|`[^`]*`|[(),=]/g) ?? []
  if (bare(tokens.join('')) !== bare(text)) return null
  let at = 0

  const readType = (): ColumnType | null => {
    const name = tokens[at++]
    if (name === undefined || /^[(),=]$/.test(name)) return null
    if (tokens[at] !== '(') return { name, args: [] }
    at += 1
    const args: ColumnTypeArgument[] = []
    for (;;) {
      const argument = readArgument()
      if (argument === null) return null
      args.push(argument)
      const after = tokens[at++]
      if (after === ')') return { name, args }
      if (after !== ',') return null
    }
  }

  const readArgument = (): ColumnTypeArgument | null => {
    const next = tokens[at + 1]
    // Two words beside each other: a name and its type.
    const named = next !== undefined && !/^[(),=]$/.test(next)
    const label = named ? (tokens[at++] ?? null) : null
    const type = readType()
    return type === null ? null : { label: label === null ? null : unquoted(label), type }
  }

  const type = readType()
  return type === null || at !== tokens.length ? null : type
}

const bare = (text: string): string => text.replaceAll(/\s/g, '')

const unquoted = (name: string): string => (name.startsWith('`') ? name.slice(1, -1) : name)
