/** Names that end so hold what names a person: `first_name`, `work_email`. `email_clicks` does not. */
const endings: ReadonlySet<string> = new Set([
  'name first',
  'name last',
  'name given',
  'name family',
  'name full',
  'name middle',
  'name maiden',
  'name user',
  'name display',
  'firstname',
  'lastname',
  'fullname',
  'forename',
  'givenname',
  'surname',
  'salutation',
  'email',
  'address',
  'street',
  'phone',
  'telephone',
  'mobile',
  'number phone',
  'number mobile',
  'number house',
  'number passport',
  'fax',
  'birth',
  'birthday',
  'birthdate',
  'date birth',
  'dob',
  'passport',
  'id national',
  'id tax',
])

const wordsOf = (name: string): readonly string[] =>
  name
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '')

/** The end of a name by which it holds what names a person; null: nothing of that kind. */
export function namesAPersonBy(name: string): string | null {
  const words = wordsOf(name)
  const last = words.at(-1) ?? ''
  const before = words.at(-2)
  if (endings.has(last)) return last
  return before !== undefined && endings.has(`${last} ${before}`) ? `${before} ${last}` : null
}
