import type { AccessView } from '../access-view.ts'
import { plainType } from '../in-words.ts'
import { html } from './escape.ts'
import {
  agreed,
  computed,
  erased,
  groups,
  happened,
  known,
  missing,
  recognised,
  unusable,
} from './sections.ts'
import { moment } from './words.ts'

const style = `body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1b; background: #fff }
h2 { margin-top: 2.5rem; border-top: 1px solid #ccc; padding-top: 1rem } table { border-collapse: collapse; width: 100% } .wide { overflow-x: auto }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #e4e4e4; overflow-wrap: anywhere } dt { font-weight: 600 } dd { margin: 0 0 .8rem }`

/** A page that the person herself can read: one file, no scripts, nothing loaded from anywhere, every value as text. */
export function accessPage(view: AccessView): string {
  const { as_of: asOf, asked, made_at: madeAt, profile } = view
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>What is held about you</title>
<style>${style}</style>
</head>
<body>
<h1>What is held about you</h1>
<p>Made on ${moment(madeAt)}, for the person with the ${plainType(asked.type)} that was asked about.${
    asOf === null ? '' : ` It shows what was known on ${moment(asOf)}.`
  }</p>
${profile === null ? html`<p><strong>No profile of you is held.</strong></p>` : ''}
${[recognised, known, computed, groups, agreed, happened, unusable, erased, missing].map((section) => section(view))}
</body>
</html>
`.text
}
