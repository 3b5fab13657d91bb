import type { Finding, Severity } from '#runtime/definition/findings.ts'
import { tame } from '../shell/tame.ts'
import { plural } from '../shell/words.ts'

/** Long lines are cut around the place, so that the caret stays in sight. */
const widthMax = 100

/** Findings as a compiler shows them: place, what is wrong, the line with a caret, what to do. Nothing of the file reaches the terminal untamed. */
export function renderFindings(file: string, text: string, findings: readonly Finding[]): string {
  const lines = text.split(/\r?\n/)
  return [
    ...findings.map((finding) => renderFinding(file, lines, finding)),
    `${summary(findings)}\n`,
  ].join('\n')
}

function renderFinding(file: string, lines: readonly string[], finding: Finding): string {
  const { line, column, severity, code, message, path, hint } = finding
  const gutter = ' '.repeat(String(line).length)
  const { shown, caret } = cut(lines[line - 1] ?? '', column - 1)
  const where = path === '' ? '' : ` (${path})`
  return [
    tame(`${file}:${line}:${column}: ${severity}[${code}]: ${message}${where}`),
    ` ${gutter} |`,
    ` ${line} | ${shown}`,
    ` ${gutter} | ${' '.repeat(caret)}^`,
    ...(hint === null ? [] : [tame(` ${gutter} = ${hint}`)]),
    '',
  ].join('\n')
}

function cut(line: string, column: number): { shown: string; caret: number } {
  const flat = line.replaceAll('\t', ' ')
  const from =
    flat.length <= widthMax
      ? 0
      : Math.max(0, Math.min(column - widthMax / 2, flat.length - widthMax))
  const to = from + widthMax
  // What is escaped takes more room: the caret goes by what stands before it as shown.
  const before = `${from > 0 ? '…' : ''}${tame(flat.slice(from, column))}`
  const rest = `${tame(flat.slice(Math.max(from, column), to))}${to < flat.length ? '…' : ''}`
  return { shown: before + rest, caret: before.length + Math.max(0, column - flat.length) }
}

export const countOf = (findings: readonly Finding[], severity: Severity): number =>
  findings.filter((finding) => finding.severity === severity).length

function summary(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'no findings'
  return [
    plural(countOf(findings, 'error'), 'error'),
    plural(countOf(findings, 'warning'), 'warning'),
    plural(countOf(findings, 'info'), 'remark'),
  ].join(', ')
}
