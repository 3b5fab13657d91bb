import { Html, html } from './escape.ts'

export interface Page {
  readonly title: string
  /** Rules of this page beside those that all have. */
  readonly style: string
  readonly body: Html
}

/** What all pages share: light or dark as whoever looks has it, printable, tables that scroll within themselves on narrow screens. */
const style = `:root { color-scheme: light dark; --text: light-dark(#1b1b1b, #e8e8e8); --back: light-dark(#fff, #161616); --line: light-dark(#ddd, #3a3a3a); --quiet: light-dark(#5c5c5c, #a5a5a5) }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; color: var(--text); background: var(--back) }
h2 { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: 1rem } h3 { margin: 2rem 0 .3rem } .quiet { color: var(--quiet) } .wide { overflow-x: auto }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere } th { font-weight: 600 }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap } code { font-size: .9em }
@media print { :root { color-scheme: light } body { margin: 0; max-width: none; font-size: 10pt } section { break-inside: avoid } }`

/** One file, no scripts, nothing loaded from anywhere, every value as text: it may be sent and opened anywhere. */
export const pageText = ({ title, style: own, body }: Page): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${new Html(style)}
${new Html(own)}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`.text
