/**
 * The one address of a header or an envelope: `anna@shop.test`, or `Anna <anna@shop.test>`. undefined: none, or several, which would
 * make one person of them.
 */
export function addressOf(text: string | undefined): string | undefined {
  if (text === undefined || text.length > 1000) return undefined
  const open = text.lastIndexOf('<')
  const close = text.indexOf('>', open)
  if (open === -1 || close === -1) return isOneAddress(text) ? text.trim() : undefined
  const name = text.slice(0, open)
  const inside = text.slice(open + 1, close)
  // A display name may be an address itself, but a comma beside an address is a list.
  const listed = name.includes('@') && name.includes(',')
  const more = text.includes('@', close)
  return listed || more || name.includes('<') || !isOneAddress(inside) ? undefined : inside.trim()
}

const isOneAddress = (text: string): boolean => {
  const at = text.indexOf('@')
  return at > 0 && at === text.lastIndexOf('@')
}
