import type { EmailSpelling } from '../../../definition/email-policy.ts'
import type { Spelled } from './normalised.ts'

/** Turns a domain into its ASCII form (UTS 46, `xn--…`); the empty string: it is no domain. `node:url` has one. */
export type DomainToAscii = (domain: string) => string

const asciiDomain = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/
/** RFC 5322 atoms, and what RFC 6531 adds: any letter beyond ASCII. Quoted local parts are nobody's address. */
// biome-ignore format: one character class
const localPart = /^[a-z0-9!#$%&'*+/=?^_`{|}~\u0080-\u{10ffff}-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~\u0080-\u{10ffff}-]+)*$/u
const displayName = /<([^<>\s]+@[^<>\s]+)>\s*$/

/** Two names of one provider, whose mailboxes are the same with and without dots. No other of consequence ignores them. */
const dotless: ReadonlySet<string> = new Set(['gmail.com', 'googlemail.com'])

/**
 * The mailbox that an address reaches. A `+tag` is one wherever it stands: providers that know no tags allow no plus in a name
 * either, and a company's own domain does not show who hosts it. A local part stays whose tag leaves no name.
 */
function mailbox(local: string, domain: string, { plus, dots }: EmailSpelling): string {
  const at = plus === 'strip' ? local.indexOf('+') : -1
  const name = at > 0 && local[at - 1] !== '.' ? local.slice(0, at) : local
  return dots === 'strip' && dotless.has(domain)
    ? `${name.replaceAll('.', '')}@gmail.com`
    : `${name}@${domain}`
}

/**
 * One spelling for one mailbox: no blanks, `mailto:` or display name; NFKC; lower case; the domain in ASCII.
 * The local part is lower-cased too: RFC 5321 lets a host tell `Anna` from `anna`, but no provider of consequence does, and people
 * type both. Dots and `+tags` stay unless the pipeline file says otherwise.
 */
export function normaliseEmail(
  raw: string,
  domainToAscii: DomainToAscii,
  spelling: EmailSpelling,
): Spelled {
  const named = raw.includes('<') ? displayName.exec(raw) : null
  const text = (named?.[1] ?? raw)
    .normalize('NFKC')
    .trim()
    .toLowerCase()
    .replace(/^mailto:/, '')
  const at = text.lastIndexOf('@')
  const invalid: Spelled = { value: text, blocked: 'invalid:email' }
  if (at < 1) return invalid
  const local = text.slice(0, at)
  const written = text.slice(at + 1).replace(/\.$/, '')
  const domain = asciiDomain.test(written) ? written : domainToAscii(written).toLowerCase()
  if (local.length > 64 || domain.length > 253 || !localPart.test(local)) return invalid
  if (!asciiDomain.test(domain)) return invalid
  return { value: mailbox(local, domain, spelling), blocked: null }
}
