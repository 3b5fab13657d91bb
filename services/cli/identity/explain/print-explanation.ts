import type {
  ApartView,
  CommandView,
  DecisionView,
  ExplainedProfileView,
  ExplainView,
  IdentifierView,
  LinkView,
  MemberView,
  SetAsideView,
} from './explain-view.ts'

/** Decisions that are printed; JSON has them all. */
const decisionsShownMax = 40

/** An explanation for people: the answer first, then what it rests on. */
export function printExplanation(view: ExplainView): string {
  const sections = [
    answer(view),
    pathLines(view),
    view.apart.flatMap(apartLines),
    ...view.profiles.map((profile) => profileLines(profile)),
    lifeLines(view),
    historyLines(view.history),
    doubtLines(view),
  ]
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n')
}

export const nameOf = ({ type, pseudonym }: IdentifierView): string => `${type}:${pseudonym}`
const namesOf = (ids: readonly IdentifierView[]): string => ids.map(nameOf).join(', ')

function answer({ asked, one_person: one, profiles }: ExplainView): readonly string[] {
  const [a, b] = asked
  if (a === undefined) return []
  if (b === undefined) return [`${nameOf(a)} is in profile ${a.profile_id}`]
  if (one === true)
    return [
      `One person, profile ${profiles[0]?.profile_id ?? ''}:`,
      ...[a, b].map((who) => `  ${nameOf(who)}`),
    ]
  return [
    'Not one person:',
    ...[a, b].map((who) => `  ${nameOf(who)} is in profile ${who.profile_id}`),
  ]
}

function pathLines({ one_person: one, path }: ExplainView): readonly string[] {
  if (one !== true || path?.length === 0) return []
  if (path === null)
    return ['No link connects them: they stayed together by an operator’s command.']
  const steps = path.flatMap(({ from, to, link, decisions }) => [
    `  ${nameOf(from)} with ${nameOf(to)}`,
    `    ${evidence(link)}`,
    ...decisions.map((decision) => `    ${shortDecision(decision)}`),
  ])
  return ['What connects them, by the shortest way', ...steps]
}

function apartLines(apart: ApartView): readonly string[] {
  const { command, decision_id: decision, identifiers, links, rule } = apart
  return [
    `Why: ${apart.why}`,
    ...(identifiers.length > 0 ? [`  ${namesOf(identifiers)}`] : []),
    ...(command === null ? [] : [`  ${commandLine(command)}`]),
    ...(command === null ? links.map((link) => `  ${evidence(link)}`) : []),
    ...(decision === null
      ? []
      : [`  decision ${decision}${rule === null ? '' : `, rule ${rule}`}`]),
    `  What would change it: ${apart.change}`,
  ]
}

const profileLines = (profile: ExplainedProfileView): readonly string[] => [
  `Profile ${profile.profile_id}, born from ${nameOf(profile.born_from)}`,
  ...profile.members.map(memberLine),
  ...asideLines('no evidence', profile.excluded),
  ...asideLines('junk', profile.blocked),
  ...profile.splits.map((split) => `  ${commandLine(split)}`),
]

function memberLine({ held_by: held, kept_by: kept, ...id }: MemberView): string {
  if (held !== null) return `  ${nameOf(id)}  with ${nameOf(held.with)}: ${evidence(held.link)}`
  if (kept === null) return `  ${nameOf(id)}`
  return `  ${nameOf(id)}  stayed when ${kept.by} split off ${namesOf(kept.identifiers)}`
}

const asideLines = (what: string, aside: readonly SetAsideView[]): readonly string[] =>
  aside.map(
    ({ rule, links, ...id }) =>
      `  ${nameOf(id)}  ${what} (${rule}), named in ${links.map(({ event_id: event }) => event).join(', ')}`,
  )

const commandLine = ({
  action,
  at,
  by,
  command_id: id,
  identifiers,
  reason,
}: CommandView): string =>
  `${action} ${id} by ${by}, ${minute(at)}${reason === '' ? '' : ` (${reason})`}: ${namesOf(identifiers)}`

function evidence({
  at,
  event_id,
  event_type,
  fate,
  kind,
  link_id,
  reason,
  source,
}: LinkView): string {
  if (kind !== 'link')
    return `${kind} by ${source.replace('operator:', '')}, ${minute(at)}${reason === '' ? '' : ` (${reason})`}`
  return `event ${event_id}, ${event_type} of ${source}, ${minute(at)}; link ${link_id}: ${fate}`
}

function lifeLines({ asked }: ExplainView): readonly string[] {
  const moved = asked.filter(({ was }) => was.length > 1)
  return moved.flatMap(({ was, ...id }) => [
    `${nameOf(id)} over time`,
    ...was.map(
      ({ decision_id: decision, profile_id: profile, since }) =>
        `  since ${minute(since)}  ${profile}${decision === null ? '' : `  by decision ${decision}`}`,
    ),
  ])
}

function historyLines(history: readonly DecisionView[]): readonly string[] {
  if (history.length === 0) return []
  const left = history.length - decisionsShownMax
  return [
    'Decisions',
    ...(left > 0 ? [`  … ${left} older ones: see --json`] : []),
    ...history.slice(-decisionsShownMax).map((one) => `  ${minute(one.at)}  ${shortDecision(one)}`),
  ]
}

function shortDecision({
  after,
  before,
  demoted,
  id,
  identifiers,
  outcome,
  rule,
}: DecisionView): string {
  const change =
    before.join() === after.join() ? '' : `; ${before.join(' + ')} became ${after.join(' + ')}`
  const without = demoted.length === 0 ? '' : ` without ${namesOf(demoted)}`
  return `${outcome} by ${rule}${without} of ${namesOf(identifiers)}${change}  (${id})`
}

function doubtLines({
  evidence: { agrees, as_of, complete, differing, records },
}: ExplainView): readonly string[] {
  return [
    `${records} links and commands were read${as_of === null ? '' : `, as of ${minute(as_of)}`}.`,
    ...(complete
      ? []
      : [
          'There are more than may be read: what is said here may miss some. --max-links reads more.',
        ]),
    ...(agrees
      ? []
      : [
          `The tables differ for ${namesOf(differing.map(({ identifier }) => identifier))}: decisions that have not arrived there yet, or evidence that was erased. Ask again.`,
        ]),
  ]
}

/** 2026-03-01 12:00:05 UTC: decisions of one minute have an order. */
const minute = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`
