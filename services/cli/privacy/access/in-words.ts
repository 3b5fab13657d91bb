import type {
  ExplainedProfileView,
  IdentifierView,
  LinkView,
  MemberView,
} from '../../identity/explain/explain-view.ts'

/** What identifiers are called by people who never saw a database; others by their own name. */
const commonNames: Readonly<Record<string, string>> = {
  email: 'e-mail address',
  phone: 'phone number',
  user_id: 'login',
  crm_id: 'customer record',
  anonymous_id: 'browser or device',
  loyalty_card: 'loyalty card',
}

export const plainType = (type: string): string =>
  Object.hasOwn(commonNames, type) ? (commonNames[type] ?? type) : type.replaceAll('_', ' ')

const day = (iso: string): string => iso.slice(0, 10)

/** Why the identifiers of a profile count as one person, a sentence for each, and what was set aside. */
export const identityInWords = (profiles: readonly ExplainedProfileView[]): readonly string[] =>
  profiles.flatMap(({ members, excluded, blocked, splits }) => [
    ...members.map(memberInWords),
    ...excluded.map(
      ({ type }) =>
        `A ${plainType(type)} that was seen together with these is not counted as theirs: it seems to be shared by several people.`,
    ),
    ...blocked.map(
      ({ type }) =>
        `A ${plainType(type)} that was seen together with these is not counted as theirs: it is a placeholder that says nothing of a person.`,
    ),
    ...splits.map(
      ({ at, by }) =>
        `On ${day(at)} ${by} recorded that identifiers which had been counted together belong to different people.`,
    ),
  ])

function memberInWords({ held_by: held, kept_by: kept, type }: MemberView): string {
  if (held !== null) return `${a(type)} is theirs: ${evidenceInWords(held.with, held.link)}.`
  if (kept !== null)
    return `${a(type)} is theirs: it stayed with the others when ${kept.by} took some away on ${day(kept.at)}.`
  return `The profile began with ${a(type, false)}.`
}

function evidenceInWords(other: IdentifierView, link: LinkView): string {
  if (link.kind === 'link')
    return `it came together with ${a(other.type, false)} in one message of ${link.source} on ${day(link.at)} (${link.event_type.replaceAll('_', ' ')})`
  const by = link.source.replace('operator:', '')
  return `${by} recorded on ${day(link.at)} that it belongs with ${a(other.type, false)}`
}

function a(type: string, isStart = true): string {
  const name = plainType(type)
  const article = /^[aeiou]/.test(name) ? 'an' : 'a'
  return `${isStart ? article[0]?.toUpperCase() + article.slice(1) : article} ${name}`
}
