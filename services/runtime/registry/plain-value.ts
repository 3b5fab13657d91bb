/* oxlint-disable typescript/no-unsafe-type-assertion -- avsc's types end where its values begin */
import type { Type } from 'avsc'
import type { JsonValue } from '../event/event.ts'
import { nameInSchema } from './avsc-names.ts'

type ToPlain = (value: unknown) => JsonValue

/** What a type of avsc has inside, by its kind. */
export interface TypeInside {
  readonly typeName: string
  readonly branchName: string
  readonly fields: readonly { readonly name: string; readonly type: TypeInside }[]
  readonly itemsType: TypeInside
  readonly valuesType: TypeInside
  readonly types: readonly TypeInside[]
}

const asIs: ToPlain = (value) => value as JsonValue
/** JSON has no NaN and no infinities. */
const finite: ToPlain = (value) => (Number.isFinite(value) ? (value as number) : null)
const symbolText: ToPlain = (value) => nameInSchema(value as string)
const base64: ToPlain = (value) => (value as Buffer).toString('base64')

/**
 * Compiles a function from what avsc reads (with unions always wrapped, so that no branch is ever guessed) to plain JSON:
 * unions are their value, bytes are base64, records and maps are objects.
 */
export function compileToPlain(type: Type): ToPlain {
  return compileEach(build)(type as unknown as TypeInside)
}

/** A compiler with one function for each type, by what builds it of those of its parts. */
export function compileEach<From, To>(
  make: (type: TypeInside, compile: (part: TypeInside) => (from: From) => To) => (from: From) => To,
): (type: TypeInside) => (from: From) => To {
  const known = new Map<TypeInside, { run: ((from: From) => To) | null }>()
  const compile = (type: TypeInside): ((from: From) => To) => {
    const before = known.get(type)
    if (before?.run) return before.run
    // A recursive type: its function exists by the time that a value is read.
    if (before !== undefined) return (from) => (before.run as (from: From) => To)(from)
    const entry: { run: ((from: From) => To) | null } = { run: null }
    known.set(type, entry)
    entry.run = make(type, compile)
    return entry.run
  }
  return compile
}

function build(type: TypeInside, compile: (part: TypeInside) => ToPlain): ToPlain {
  switch (type.typeName) {
    case 'float':
    case 'double':
      return finite
    case 'bytes':
    case 'fixed':
      return base64
    case 'enum':
      return symbolText
    case 'record':
    case 'error':
      return ofRecord(
        type.fields.map(({ name, type: of }) => ({
          name,
          asWritten: nameInSchema(name),
          plain: compile(of),
        })),
      )
    case 'array': {
      const item = compile(type.itemsType)
      return (value) => (value as unknown[]).map(item)
    }
    case 'map': {
      const item = compile(type.valuesType)
      return (value) =>
        Object.fromEntries(Object.entries(value as object).map(([key, v]) => [key, item(v)]))
    }
    case 'union:wrapped': {
      const branches = new Map(type.types.map((branch) => [branch.branchName, compile(branch)]))
      return ofUnion(branches)
    }
    default:
      // null, boolean, int, long, string; logical types were converted while reading.
      return asIs
  }
}

interface FieldToPlain {
  readonly name: string
  readonly asWritten: string
  readonly plain: ToPlain
}

const ofRecord =
  (fields: readonly FieldToPlain[]): ToPlain =>
  (value) => {
    const from = value as Readonly<Record<string, unknown>>
    const to: Record<string, JsonValue> = {}
    for (const { name, asWritten, plain } of fields) to[asWritten] = plain(from[name])
    return to
  }

const ofUnion =
  (branches: ReadonlyMap<string, ToPlain>): ToPlain =>
  (value) => {
    if (value === null) return null
    for (const [name, inner] of Object.entries(value as object)) {
      return branches.get(name)?.(inner) ?? null
    }
    return null
  }
