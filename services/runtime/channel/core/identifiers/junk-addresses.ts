import { bareName } from './bare-name.ts'
import { listed } from '../listed.ts'

/** Whole addresses that people and programs fill in when a form insists. */
const junkAddresses: ReadonlySet<string> = new Set(
  listed(`
  test@test.com | test@example.com | email@example.com | name@example.com | your@email.com
  you@example.com | none@none.com | na@na.com | no@email.com | noemail@noemail.com | no@no.com
  asdf@asdf.com | null@null.com | abc@abc.com | undefined@undefined.com
  anonymous@anonymous.com | guest@guest.com | email@email.com
  example@example.com | username@example.com | someone@example.com | yourname@example.com | name@domain.com | email@domain.com | user@domain.com
  you@domain.com | name@email.com | me@me.com | mail@mail.com | user@user.com
`),
)

/** Local parts that no person has, at any domain. `null` is none of them: it is a surname. */
const placeholders: ReadonlySet<string> = new Set(
  listed(`
  testing | testuser | testmail | testemail | testaccount | testtest | dummy | fake | fakeemail | fakemail
  notreal | noemail | nomail | noemailaddress | nobody | anonymous | undefined | unknown | unbekannt | inconnu | desconocido
  keineemail | keinemail | placeholder | invalid | notprovided | notavailable | youremail | yourname | youremailaddress
  deinname | vornamenachname | firstnamelastname | namesurname | maxmustermann | erikamustermann | foobar
  asdf | asdfg | asdfgh | asdfghjkl | asdfasdf | qwerty | qwertz | qwertyuiop | xxx
`),
)

/** A word that is a placeholder where the domain repeats it: none@none.org, x@x.de. */
const twice: ReadonlySet<string> = new Set(
  listed(
    'none | na | no | abc | abcd | email | guest | a | aa | aaa | b | x | xx | y | z | foo | bar | blah | nope',
  ),
)

const noReply =
  /^(?:no|do[._-]?not|never|please[._-]?do[._-]?not)[._-]?(?:e?mail[._-]?)?(?:reply|respond|response)(?:[._+-].*)?$/
const machines =
  /^(?:mailer[._-]?daemon|postmaster|bounces?|nicht[._-]?antworten|keine[._-]?antwort|ne[._-]?pas[._-]?repondre|no[._-]?(?:responder|responda)|nao[._-]?responda)(?:[._+-].*)?$/

/** The built-in rule that a lower-case address meets, or null. */
export function junkAddressRule(address: string): string | null {
  if (junkAddresses.has(address)) return `builtin:${address}`
  const at = address.lastIndexOf('@')
  const local = address.slice(0, at)
  if (noReply.test(local) || machines.test(local)) return 'builtin:no_reply'
  const name = bareName(local)
  const first = address.slice(at + 1, address.indexOf('.', at))
  return placeholders.has(name) ||
    /^test\d{0,4}$/.test(name) ||
    /^([a-z])\1{3,}$/.test(name) ||
    (name === first && twice.has(name))
    ? 'builtin:placeholder_email'
    : null
}
