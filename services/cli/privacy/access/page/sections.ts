import { type Html, html } from '../../../page/escape.ts'
import type { AccessView } from '../access-view.ts'
import { plainType } from '../in-words.ts'
import { jointReason, purposeInWords, reasonsInWords } from './reasons.ts'
import {
  causeInWords,
  consentState,
  declaration,
  moment,
  plainName,
  plainValue,
  traitKind,
} from './words.ts'

type Cells = readonly string[]

const list = (sentences: readonly string[]): Html =>
  html`<ul>${sentences.map((one) => html`<li>${one}</li>`)}</ul>`

const table = (head: Cells, rows: readonly Cells[], none: string): Html =>
  rows.length === 0
    ? html`<p>${none}</p>`
    : html`<div class="wide"><table><thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>\n`)}</tbody></table></div>`

const named = (name: string, description: string): string =>
  description === '' ? plainName(name) : description

export function recognised({ identifiers, identity, profile }: AccessView): Html {
  const counts = new Map<string, number>()
  for (const { type } of identifiers) counts.set(type, (counts.get(type) ?? 0) + 1)
  return html`<h2>How you are recognised</h2>
<p>The company does not keep your addresses and numbers here in readable form, only a code made of each. These codes count as you:</p>
${table(
  ['Kind', 'How many'],
  [...counts].map(([type, count]) => [plainType(type), String(count)]),
  'None.',
)}
${identity.in_words.length === 0 ? '' : html`<p>Why they count as one person:</p>${list(identity.in_words)}`}
${profile === null ? '' : html`<p>First seen ${moment(profile.first_seen)}, last seen ${moment(profile.last_seen)}.</p>`}`
}

export const known = ({ traits }: AccessView): Html => html`<h2>What is known about you</h2>
${table(
  ['What', 'Value', 'Where from', 'When'],
  traits.map(({ at, description, kind, name, source, value }) => [
    named(name, description),
    plainValue(value),
    [source ?? '', traitKind(kind)].filter((part) => part !== '').join(': '),
    moment(at),
  ]),
  'Nothing.',
)}`

export function computed(view: AccessView): Html {
  const { features } = view
  const withheld = features.filter((feature) => feature.withheld)
  return html`<h2>What was worked out from what you did</h2>
${table(
  ['What', 'Value', 'What for'],
  features
    .filter((feature) => !feature.withheld)
    .map(({ description, name, purpose, value }) => [
      named(name, description),
      plainValue(value),
      plainName(purpose ?? ''),
    ]),
  'Nothing.',
)}
${
  withheld.length === 0
    ? ''
    : html`<p>Not used and not shown, because you did not agree to what they are for:</p>${list(
        withheld.map(({ description, name }) => named(name, description)),
      )}`
}`
}

export function groups(view: AccessView): Html {
  const { segment_history: history, segments } = view
  const describe = new Map(segments.map((one) => [one.name, named(one.name, one.description)]))
  return html`<h2>Groups that you are in</h2>
${table(
  ['Group', 'What the company wants with it', 'Since', 'Because of'],
  segments
    .filter(({ member }) => member)
    .map(({ because, description, joint, name, objective, since }) => [
      named(name, description),
      objective,
      moment(since),
      joint ? jointReason : reasonsInWords(view, because),
    ]),
  'None.',
)}
<h3>When you came into groups and left them</h3>
${table(
  ['When', 'Group', 'What happened', 'Why', 'Because of'],
  history.map(({ at, because, cause, joint, segment, to }) => [
    moment(at),
    describe.get(segment) ?? plainName(segment),
    to,
    causeInWords(cause),
    joint ? jointReason : reasonsInWords(view, because),
  ]),
  'Never.',
)}`
}

export function agreed(view: AccessView): Html {
  const { consent, consent_history: history } = view
  return html`<h2>What you agreed to</h2>
${table(
  ['Purpose', 'Now'],
  consent.map(({ description, purpose, state }) => [
    named(purpose, description),
    consentState(state),
  ]),
  'Nothing is known.',
)}
<h3>Everything that was said about it</h3>
${table(
  ['When', 'Purpose', 'What', 'Told by'],
  history.map(({ declared_at: at, purpose, source, state }) => [
    moment(at),
    purposeInWords(view, purpose),
    declaration(state),
    source,
  ]),
  'Nothing.',
)}`
}

export const happened = ({ events }: AccessView): Html => html`<h2>What happened</h2>
<p>${events.list.length} of ${events.total} events, the newest first.${
  events.named_in_others === 0
    ? ''
    : ` Events of other people that name one of your codes too, by a shared device for example: ${events.named_in_others}. They are not listed, because they are about others as well.`
}</p>
${table(
  ['When', 'What', 'Told by', 'Details'],
  events.list.map(({ at, machine, properties, source, traits, type }) => [
    moment(at),
    plainName(type) + (machine === null ? '' : ' (made by a machine, not by you)'),
    source,
    [properties, traits]
      .map(plainValue)
      .filter((text) => text !== '')
      .join('; '),
  ]),
  'Nothing.',
)}`

export const unusable = ({ dead_letters: letters }: AccessView): Html =>
  letters.list.length === 0
    ? html``
    : html`<h2>Messages that could not be used</h2>
<p>They are kept sealed for a while, so that mistakes can be mended.</p>
${table(
  ['When', 'Told by', 'What was wrong', 'Where it lies'],
  letters.list.map(({ place, reason, received_at: at, source }) => [
    moment(at),
    source,
    plainName(reason),
    place,
  ]),
  '',
)}`

export const erased = ({ suppressions }: AccessView): Html =>
  suppressions.length === 0
    ? html``
    : html`<h2>What was erased</h2>
${list(
  suppressions.map(
    ({ erased_at: at, identifier }) =>
      `What had arrived by ${moment(at)} under this ${plainType(identifier.type)} was erased. A code of it is kept, so that it does not come back.`,
  ),
)}`

export const expired = ({ expiries }: AccessView): Html =>
  expiries.length === 0
    ? html``
    : html`<h2>What ended by itself</h2>
${list(
  expiries.map(
    ({ expired_at: at, identifier }) =>
      `Nothing had come under this ${plainType(identifier.type)} for long: what had arrived by ${moment(at)} counts no more. A code of it is kept, so that it stays so.`,
  ),
)}`

export const missing = (view: AccessView): Html => html`<h2>What is not in here</h2>
<dl>${view.not_held.map(({ what, why }) => html`<dt>${what}</dt><dd>${why}</dd>`)}</dl>
${
  view.profile_history.rows === 0
    ? ''
    : html`<p>Besides, ${view.profile_history.rows} older states of your record are kept, the oldest of ${moment(view.profile_history.oldest)}: the same kinds of values as above, as they were then.</p>`
}
${
  view.named_in_others.profile_history === 0
    ? ''
    : html`<p>For a while codes of yours counted as somebody else’s. What was written of that time under the other person’s record is still kept: ${view.named_in_others.profile_history} older states of it, and ${view.named_in_others.segment_history} times that it came into a group or left one. They are not listed, because they are about the other person as well; an erasure deletes these states and the reasons.</p>`
}`
