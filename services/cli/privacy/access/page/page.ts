import type { AccessView } from '../access-view.ts'
import { html } from '../../../page/escape.ts'
import { pageText } from '../../../page/frame.ts'
import { plainType } from '../in-words.ts'
import {
  agreed,
  computed,
  erased,
  expired,
  groups,
  happened,
  known,
  missing,
  recognised,
  unusable,
} from './sections.ts'
import { moment } from './words.ts'

const style = 'dt { font-weight: 600 } dd { margin: 0 0 .8rem }'

/** A page that the person herself can read. */
export function accessPage(view: AccessView): string {
  const { as_of: asOf, asked, made_at: madeAt, profile } = view
  const body = html`<h1>What is held about you</h1>
<p>Made on ${moment(madeAt)}, for the person with the ${plainType(asked.type)} that was asked about.${
    asOf === null ? '' : ` It shows what was known on ${moment(asOf)}.`
  }</p>
${profile === null ? html`<p><strong>No profile of you is held.</strong></p>` : ''}
${[recognised, known, computed, groups, agreed, happened, unusable, erased, expired, missing].map((section) => section(view))}`
  return pageText({ title: 'What is held about you', style, body })
}
