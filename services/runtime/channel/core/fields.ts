import type { JsonObject, JsonValue, Scalar } from '../../event/event.ts'
import type { ChannelLimits } from './limits.ts'
import { type Rejection, reject } from './outcome.ts'

/**
 * Reading what strangers wrote. Only own fields are read (a record may carry `__proto__` or `constructor`), and nothing here
 * recurses deeper than the limits allow.
 */
export type Fields = Readonly<Record<string, unknown>>

/** A JSON object or a decoded Avro record; not a list, not bytes. */
export function isFields(value: unknown): value is Fields {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value)
  )
}

/** The value as a list of unknowns, or undefined. */
export const asList = (value: unknown): readonly unknown[] | undefined =>
  Array.isArray(value) ? (value as unknown[]) : undefined

/** A record that is a list of items, or one item by itself. */
export const listOrOne = (record: unknown): readonly unknown[] | Rejection =>
  asList(record) ??
  (isFields(record) ? [record] : reject('unexpected_shape', 'neither a list nor an object'))

export function own(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined
}

/** The field as an object, or undefined. */
export function ownFields(fields: Fields, name: string): Fields | undefined {
  const value = own(fields, name)
  return isFields(value) ? value : undefined
}

/** Non-empty text; numbers and booleans are no text. */
export function ownText(fields: Fields, name: string): string | undefined {
  const value = own(fields, name)
  return typeof value === 'string' && value !== '' ? value : undefined
}

export const isScalar = (value: unknown): value is Scalar =>
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isFinite(value))

/** Ids come as text or as whole numbers. A number that lost digits on its way through JSON would name somebody else. */
export function idText(value: unknown, name: string): string | undefined | Rejection {
  if (typeof value === 'string') return value.trim() === '' ? undefined : value
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'number') return undefined
  return Number.isSafeInteger(value) || !Number.isInteger(value)
    ? String(value)
    : reject(
        'unsafe_number',
        `${name} is a number beyond 2^53 and has lost digits: send it as a string`,
      )
}

export const isRejection = (value: unknown): value is Rejection =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, 'reject')

/** Names that would change the prototype of what they are assigned to. */
const forbiddenNames: ReadonlySet<string> = new Set(['__proto__', 'prototype', 'constructor'])

export const isSafeName = (name: string): boolean => !forbiddenNames.has(name)

/**
 * Copies JSON-like values within limits, which hold for all that one event copies. Half of a surrogate pair, which JSON can write and UTF-8
 * can't, becomes U+FFFD: what is in memory is what can be stored.
 */
export interface Copier {
  /** undefined: nothing to keep (a function, bytes, NaN). */
  copy(value: unknown): JsonValue | undefined
  /** The first limit that was met; later copies are void. */
  readonly failure: Rejection | null
}

/** A copier for one event after another. */
export interface Copiers extends Copier {
  /** Begins anew, for the next event: what it said of the last one is gone. */
  next(): Copier
}

/** @param skips Names of fields to leave out at any depth, beside those that would touch a prototype. */
export function createCopier(limits: ChannelLimits, skips: (name: string) => boolean): Copiers {
  let values = 0
  let text = 0
  const tooMuchText = (length: number): boolean => {
    text += length
    return text > limits.textPerEventMax
  }
  let failure: Rejection | null = null

  const copyList = (list: readonly unknown[], depth: number): JsonValue[] => {
    const out: JsonValue[] = []
    for (const entry of list) {
      out.push(copyValue(entry, depth + 1) ?? null)
      if (failure) break
    }
    return out
  }
  const copyFields = (fields: Fields, depth: number): JsonObject => {
    const out: Record<string, JsonValue> = {}
    for (const name of Object.keys(fields)) {
      if (forbiddenNames.has(name) || skips(name)) continue
      if (tooMuchText(name.length))
        failure ??= reject('event_too_large', `more text than ${limits.textPerEventMax}`)
      const copied = copyValue(fields[name], depth + 1)
      if (failure) break
      if (copied !== undefined) out[name.toWellFormed()] = copied
    }
    return out
  }
  const copyValue = (value: unknown, depth: number): JsonValue | undefined => {
    values += 1
    if (values > limits.valuesPerEventMax) {
      failure ??= reject('event_too_large', `more than ${limits.valuesPerEventMax} values`)
      return undefined
    }
    switch (typeof value) {
      case 'string':
        if (value.length > limits.stringLengthMax)
          failure ??= reject('string_too_long', `a text longer than ${limits.stringLengthMax}`)
        else if (tooMuchText(value.length))
          failure ??= reject('event_too_large', `more text than ${limits.textPerEventMax}`)
        return failure ? undefined : value.toWellFormed()
      case 'number':
        return Number.isFinite(value) ? value : undefined
      case 'boolean':
        return value
      case 'bigint':
        return value.toString()
      case 'object':
        if (value === null) return null
        if (depth >= limits.depthMax) {
          failure ??= reject('too_deep', `nested deeper than ${limits.depthMax}`)
          return undefined
        }
        if (Array.isArray(value)) return copyList(value, depth)
        return isFields(value) ? copyFields(value, depth) : undefined
      case 'undefined':
      case 'function':
      case 'symbol':
        return undefined
      default:
        return undefined
    }
  }
  const copier: Copiers = {
    copy: (value) => (failure ? undefined : copyValue(value, 0)),
    get failure() {
      return failure
    },
    next() {
      values = 0
      text = 0
      failure = null
      return copier
    },
  }
  return copier
}
