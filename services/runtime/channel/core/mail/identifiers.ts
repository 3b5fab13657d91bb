import { type Fields, idText, isFields, isRejection, own, ownText } from '../fields.ts'
import type { RawIdentifier, Rejection } from '../outcome.ts'

/**
 * The recipient, and identifiers that the sender put into the message's own arguments under the name of a type (`user_id`, say).
 * @param types Types of the identity policy.
 */
export function mailIdentifiers(
  recipient: unknown,
  custom: readonly (Fields | undefined)[],
  types: ReadonlySet<string>,
): readonly RawIdentifier[] | Rejection {
  const out: RawIdentifier[] = []
  if (typeof recipient === 'string' && recipient !== '')
    out.push({ type: 'email', value: recipient })
  for (const fields of custom) {
    if (!fields) continue
    for (const type of types) {
      if (type === 'email') continue
      const value = idText(own(fields, type), type)
      if (isRejection(value)) return value
      if (value !== undefined) out.push({ type, value })
    }
  }
  return out
}

/** A header of the message by its name in any case, as vendors pass them on: `[{name, value}]` or `[[name, value]]`. */
export function mailHeader(headers: unknown, name: string): string | undefined {
  if (!Array.isArray(headers)) return undefined
  for (const entry of (headers as unknown[]).slice(0, 200)) {
    const [key, value] = Array.isArray(entry)
      ? (entry as unknown[])
      : isFields(entry)
        ? [ownText(entry, 'name'), ownText(entry, 'value')]
        : []
    if (typeof key === 'string' && key.toLowerCase() === name && typeof value === 'string')
      return value
  }
  return undefined
}
