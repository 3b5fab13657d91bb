/** A local part without its tag, and without what parts its words: `customer.service+spring` → customerservice. */
export function bareName(local: string): string {
  const tag = local.indexOf('+')
  const name = tag > 0 ? local.slice(0, tag) : local
  return /[ ._-]/.test(name) ? name.replaceAll(/[ ._-]/g, '') : name
}
