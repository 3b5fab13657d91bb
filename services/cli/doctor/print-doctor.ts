import { moment, plural, span } from '../shell/words.ts'
import { onTheWaySeconds, type SeenStage, type StageRow } from './assess-stages.ts'
import type { Diagnosis } from './diagnose.ts'
import { areas, type Finding } from './finding.ts'

const severityWidth = 'warning'.length
const indent = ' '.repeat(severityWidth + 4)

/** What was found, by what it is about; below each finding what to do, once. */
export function printDoctor({ findings, reported, slowest, stages }: Diagnosis): string {
  const said = new Set<string>()
  const blocks = Object.entries(areas).flatMap(([area, checks]) => {
    const names: readonly string[] = checks
    const here = findings.filter(({ check }) => names.includes(check))
    if (here.length === 0) return []
    const lines = together(here).map((finding) => {
      const fix = finding.fix === null || said.has(finding.fix) ? null : finding.fix
      if (fix !== null) said.add(fix)
      return printFinding({ ...finding, fix })
    })
    return [`${area}\n${lines.join('')}`]
  })
  return `${blocks.join('\n')}\n${printSlowest(slowest, stages)}${printStep(slowest, reported)}\n${summary(findings)}\n`
}

/** One line for all that could not be looked at for the same reason. */
function together(findings: readonly Finding[]): readonly Finding[] {
  const lines: Finding[] = []
  const reasons = new Map<string, string[]>()
  for (const finding of findings) {
    if (finding.severity !== 'unknown') {
      lines.push(finding)
      continue
    }
    const checks = reasons.get(finding.message)
    if (checks === undefined) lines.push(finding)
    reasons.set(finding.message, [...(checks ?? []), finding.check])
  }
  return lines.map((finding) => {
    const checks = finding.severity === 'unknown' ? reasons.get(finding.message) : undefined
    if (checks === undefined) return finding
    const names = [...new Set(checks)].join(', ').replaceAll('_', ' ')
    return { ...finding, message: `${names} ${finding.message}` }
  })
}

const printFinding = ({ severity, message, fix }: Finding): string =>
  `  ${severity.padEnd(severityWidth)}  ${message}\n${fix === null ? '' : `${indent}→ ${fix}\n`}`

function printSlowest(slowest: SeenStage | null, stages: readonly StageRow[]): string {
  if (slowest === null) {
    const seen = stages.some(({ lag_records: lag }) => lag !== null)
    return seen
      ? `slowest stage: none, nothing waits longer than ${onTheWaySeconds} s`
      : 'slowest stage: unknown, no stage could be looked at'
  }
  const { lag_records: records, lag_seconds: seconds, oldest_waiting_at: since } = slowest
  // Reports come now and then: what was looked at from outside, and stands above, may say otherwise by now.
  const reportedAgo = slowest.reported_seconds_ago
  const age = reportedAgo === null ? '' : `; reported ${span(reportedAgo)} ago`
  return `slowest stage: ${slowest.stage} (${plural(records ?? 0, 'record')} of ${slowest.topic} wait, the oldest for ${span(seconds ?? 0)}, since ${moment(Date.parse(since ?? ''))}${age})`
}

/** Where the time of the slowest stage goes, if it says so. What it said before it was stopped is not why it waits now. */
function printStep(slowest: SeenStage | null, reported: Diagnosis['reported']): string {
  if (slowest?.reported_seconds_ago === null) return ''
  const own = reported.find(
    ({ stage, topic }) => stage === slowest?.stage && topic === slowest.topic,
  )
  const step = own?.slow_step ?? ''
  return step === '' ? '' : `; most of its time goes into the step ${step}`
}

function summary(findings: readonly Finding[]): string {
  const count = (severity: Finding['severity']): number =>
    findings.filter((finding) => finding.severity === severity).length
  const unknown = count('unknown')
  return [
    plural(count('problem'), 'problem'),
    plural(count('warning'), 'warning'),
    ...(unknown === 0 ? [] : [`${unknown} not looked at`]),
    `${count('ok')} fine`,
  ].join(', ')
}
