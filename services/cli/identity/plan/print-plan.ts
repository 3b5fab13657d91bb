import type { ChangeKind } from '../../../identity/core/plan-policy.ts'
import type { PlanView } from './plan-view.ts'

const number = new Intl.NumberFormat('en-US')

const names: Readonly<Record<ChangeKind, string>> = {
  merge: 'merge',
  part: 'part',
  survivor: 'keep their identifiers under another id',
  regroup: 'divide their identifiers otherwise',
}

const carriers: Readonly<Record<PlanView['carried_by'], string>> = {
  nothing: 'Nothing is to be done.',
  apply: 'The policy is in force for what comes; tributary identity apply brings the past in line.',
  deploy:
    'tributary deploy FILE puts the policy in force for what comes; then tributary identity apply brings the past in line.',
  rebuild:
    'What is fixed within a generation changes: tributary rebuild FILE, which decides upon the whole log anew. identity apply does not carry it.',
}

/** For people; `limit` changes at most, the ones that move most first. */
export function printPlan(view: PlanView, limit: number): string {
  const lines = [
    `Policy in force: ${view.policy.in_force === null ? 'none deployed (defaults)' : `definition ${view.policy.in_force}`}`,
    ...view.policy.settings.map(
      ({ setting, before, after }) => `  identity.${setting}: ${before} becomes ${after}`,
    ),
    ...(view.policy.settings.length === 0 ? ['  no setting changes'] : []),
    '',
    `${number.format(view.log.records)} records of the decision log, ${number.format(view.profiles)} profiles with evidence:`,
    ...summary(view),
    ...view.limits.map((text) => `  Note: ${text}`),
    ...view.blocked_in_the_past.map(
      ({ fragment, profile, others }) =>
        `  Blocked from now on, and evidence in the past: ${fragment} in ${profile} with ${number.format(others)} others`,
    ),
    ...changes(view, limit),
    '',
    carriers[view.carried_by],
    ...(view.settled ? [] : ['Not all settles at once: plan again after it was applied.']),
    `plan ${view.plan}`,
  ]
  return `${lines.join('\n')}\n`
}

function summary({ changes: all, counts }: PlanView): readonly string[] {
  if (all.length === 0) return ['  none changes']
  const kinds = ['merge', 'part', 'survivor', 'regroup'] as const
  return kinds
    .filter((kind) => counts[kind] > 0)
    .map((kind) => {
      const ofKind = all.filter((one) => one.kind === kind)
      const profiles = ofKind.reduce((sum, { before }) => sum + before.length, 0)
      const groups = profiles === ofKind.length ? '' : ` into ${number.format(ofKind.length)}`
      return `  ${number.format(profiles)} ${names[kind]}${groups}`
    })
}

function changes({ changes: all }: PlanView, limit: number): readonly string[] {
  if (all.length === 0) return []
  const shown = all.toSorted((a, b) => b.moved.length - a.moved.length).slice(0, limit)
  return [
    '',
    ...shown.flatMap(({ kind, before, after, moved }) => [
      `${kind}: ${before.join(', ')} -> ${after.join(', ')}`,
      ...moved.slice(0, movedShownMax).map(({ id, to }) => `    ${id} to ${to}`),
      ...(moved.length > movedShownMax
        ? [`    … and ${number.format(moved.length - movedShownMax)} more`]
        : []),
    ]),
    ...(all.length > shown.length
      ? [`… and ${number.format(all.length - shown.length)} more changes: --limit, or --json`]
      : []),
  ]
}

const movedShownMax = 10
