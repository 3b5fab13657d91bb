import type { SubjectReport } from '../../../../drift/core/report/report-view.ts'
import type { Verdict } from '../../../../drift/core/verdict/judge.ts'
import { type Html, html } from '../../../page/escape.ts'
import { kindText, verdictSigns, verdictText } from '../words.ts'

export const badge = (verdict: Verdict): Html =>
  html`<span class="badge ${verdict}"><b aria-hidden="true">${verdictSigns[verdict]}</b>${verdictText(verdict)}</span>`

/** Names are anybody's words, places are ours: subjects are linked to by place. */
export const anchorOf = (place: number): string => `subject-${place}`

export const titleOf = ({ kind, name }: Pick<SubjectReport, 'kind' | 'name'>): Html =>
  html`<span class="quiet plain">${kindText(kind)}</span> ${name}`

/** A table that scrolls within itself, reachable by keyboard. */
export const wide = (name: string, table: Html): Html =>
  html`<div class="wide" role="region" tabindex="0" aria-label="${name}">${table}</div>`
