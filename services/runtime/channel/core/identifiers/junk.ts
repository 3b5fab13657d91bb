/** One entry between two bars or line ends. */
const listed = (text: string): readonly string[] =>
  text
    .split(/[|\n]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')

/**
 * Values that name nobody, in lower case. The first two lines are PostHog's list of illegal distinct ids, which every project that
 * merges people ends up writing; the rest is what forms, tag managers and exports send for "nothing".
 */
const junkWords: readonly string[] = listed(`
  anonymous | guest | distinctid | distinct_id | id | not_authenticated | email | undefined
  true | false | [object object] | nan | none | null | 0 | -1 | - | -- | . | ? | nil | void
  empty | blank | default | n/a | na | nn | unknown | unidentified | unassigned | not set
  (not set) | (none) | (null) | <null> | not_set | not_logged_in | not logged in | logged_out
  logged out | visitor | test | user | userid | user_id | anonymousid | anonymous_id | customer
  customer_id | phone | e-mail | infinity | -infinity | #n/a | #ref! | #value! | {} | [] | ""
  '' | {{user_id}} | {{userid}} | {{email}} | \${user_id} | \${email} | %user_id% | %%email%%
  00000000-0000-0000-0000-000000000000 | ffffffff-ffff-ffff-ffff-ffffffffffff
`)

/** Whole addresses that people and programs fill in when a form insists. */
const junkEmails: readonly string[] = listed(`
  test@test.com | test@example.com | email@example.com | name@example.com | your@email.com
  you@example.com | none@none.com | na@na.com | no@email.com | noemail@noemail.com | no@no.com
  asdf@asdf.com | null@null.com | abc@abc.com | undefined@undefined.com
  anonymous@anonymous.com | guest@guest.com | email@email.com
`)

const noReply = /^(?:no[._-]?reply|do[._-]?not[._-]?reply|mailer-daemon|postmaster)(?:\+[^@]*)?@/

const rules: ReadonlyMap<string, string> = new Map([
  ...junkWords.map((word) => [word, `builtin:${word}`] as const),
  ...junkEmails.map((email) => [email, `builtin:${email}`] as const),
])

const onlyZerosOrPunctuation = /^[0\W_]+$/u
const oneCharacterRepeated = /^(.)\1{5,}$/u

/** The id of the built-in rule that a normalised value meets, or null. Letter case does not matter. */
export function builtinJunkRule(type: string, value: string): string | null {
  const folded = value.toLowerCase()
  const rule = rules.get(folded)
  if (rule !== undefined) return rule
  if (type === 'email') return noReply.test(folded) ? 'builtin:no_reply' : null
  if (oneCharacterRepeated.test(folded)) return 'builtin:repeated_character'
  if (!/[\p{L}1-9]/u.test(folded) && onlyZerosOrPunctuation.test(folded))
    return 'builtin:zeros_or_punctuation'
  return null
}
