import { disposableEmailBlocklistSet } from 'disposable-email-domains-js'
import { isRole } from './role-addresses.ts'

export const addressFlags = ['disposable_address', 'role_address'] as const

export type AddressFlag = (typeof addressFlags)[number]

const none: readonly AddressFlag[] = []
const role: readonly AddressFlag[] = ['role_address']
const disposable: readonly AddressFlag[] = ['disposable_address']
const both: readonly AddressFlag[] = addressFlags

const disposableDomains: ReadonlySet<string> = disposableEmailBlocklistSet()

/** Services give out subdomains, too: the domain itself, or any that it lies under. */
function isDisposable(domain: string): boolean {
  for (let rest = domain; ; ) {
    if (disposableDomains.has(rest)) return true
    const dot = rest.indexOf('.')
    if (dot < 0) return false
    rest = rest.slice(dot + 1)
  }
}

/** What is odd about a normalised address; sorted. */
export function flagsOfAddress(address: string): readonly AddressFlag[] {
  const at = address.lastIndexOf('@')
  const isOfRole = isRole(address.slice(0, at))
  if (isDisposable(address.slice(at + 1))) return isOfRole ? both : disposable
  return isOfRole ? role : none
}
