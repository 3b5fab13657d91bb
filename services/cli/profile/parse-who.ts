import { TributaryError } from '#runtime/errors/index.ts'

/** How a person was named on the command line. */
export type Who =
  | { readonly kind: 'profile'; readonly profileId: string }
  | { readonly kind: 'fragment'; readonly fragmentId: string }
  | { readonly kind: 'value'; readonly type: string; readonly value: string }

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/** base64url of 128 bits. */
const fragment = /^[a-z][a-z0-9_]*:[A-Za-z0-9_-]{22}$/
const assignment = /^([a-z][a-z0-9_]*)=(.+)$/s

/** @throws TributaryError `TRB_USAGE`, which does not repeat what was typed: it may be somebody's address. */
export function parseWho(text: string): Who {
  if (uuid.test(text)) return { kind: 'profile', profileId: text.toLowerCase() }
  if (fragment.test(text)) return { kind: 'fragment', fragmentId: text }
  const [, type, value] = assignment.exec(text) ?? []
  if (type !== undefined && value !== undefined) return { kind: 'value', type, value }
  throw new TributaryError('TRB_USAGE', 'that names nobody', {
    hint: 'Name a person by email=ada@example.org (any identifier type), by a pseudonym email:…, or by a profile id.',
  })
}

/**
 * The id of something that was given by an option: of a profile, of a command.
 * @throws TributaryError `TRB_USAGE`
 */
export function parseId(text: string, option: string, hint: string): string {
  if (uuid.test(text)) return text.toLowerCase()
  throw new TributaryError('TRB_USAGE', `${option} ${text} is no id`, { hint })
}
