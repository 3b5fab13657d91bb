/** Turns a domain into its ASCII form (UTS 46, `xn--…`); the empty string: it is no domain. `node:url` has one. */
export type DomainToAscii = (domain: string) => string

/** A normalised value, or the id of the rule that says it can't be one. */
export interface NormalisedIdentifier {
  readonly value: string
  readonly blocked: string | null
}

const asciiDomain = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/
/** RFC 5322 atoms, and what RFC 6531 adds: any letter beyond ASCII. Quoted local parts are nobody's address. */
// biome-ignore format: one character class
const localPart = /^[a-z0-9!#$%&'*+/=?^_`{|}~\u0080-\u{10ffff}-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~\u0080-\u{10ffff}-]+)*$/u
const displayName = /<([^<>\s]+@[^<>\s]+)>\s*$/

/**
 * One spelling for one mailbox: no blanks, `mailto:` or display name; NFKC; lower case; the domain in ASCII.
 * The local part is lower-cased too: RFC 5321 lets a host tell `Anna` from `anna`, but no provider of consequence does, and people
 * type both. Dots and `+tags` stay: what they mean is each provider's matter.
 */
export function normaliseEmail(raw: string, domainToAscii: DomainToAscii): NormalisedIdentifier {
  const named = raw.includes('<') ? displayName.exec(raw) : null
  const text = (named?.[1] ?? raw)
    .normalize('NFKC')
    .trim()
    .toLowerCase()
    .replace(/^mailto:/, '')
  const at = text.lastIndexOf('@')
  const invalid: NormalisedIdentifier = { value: text, blocked: 'invalid:email' }
  if (at < 1) return invalid
  const local = text.slice(0, at)
  const written = text.slice(at + 1).replace(/\.$/, '')
  const domain = asciiDomain.test(written) ? written : domainToAscii(written).toLowerCase()
  if (local.length > 64 || domain.length > 253 || !localPart.test(local)) return invalid
  if (!asciiDomain.test(domain)) return invalid
  return { value: `${local}@${domain}`, blocked: null }
}
