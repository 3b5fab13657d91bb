import { plural } from '../shell/words.ts'
import { describeExplanation } from '../explain/describe-explanation.ts'
import type { FailureAt, FileResult } from './test-file.ts'

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value)

/** Results for people: only what failed in full, each with its line and once per segment why; then what no example ever enters. */
export function renderResults(results: readonly FileResult[]): string {
  const lines: string[] = []
  for (const { file, tests, untested } of results) {
    for (const { failures, line, name } of tests) {
      if (failures.length === 0) continue
      lines.push(`${file}:${line}: FAILED ${name}`)
      const explained = new Set<string>()
      for (const failure of failures) {
        const segment = failure.explanation?.segment
        lines.push(
          ...renderFailure(file, failure, segment === undefined || !explained.has(segment)),
        )
        if (segment !== undefined) explained.add(segment)
      }
      lines.push('')
    }
    const failed = tests.filter(({ failures }) => failures.length > 0).length
    lines.push(
      `${file}: ${plural(tests.length - failed, 'test')} passed, ${failed} failed${
        untested.length === 0 ? '' : `; nobody ever enters ${untested.join(', ')}`
      }`,
    )
  }
  return `${lines.join('\n')}\n`
}

function renderFailure(
  file: string,
  { actual, column, expected, explanation, line, message }: FailureAt,
  isFirst: boolean,
): readonly string[] {
  return [
    `  ${file}:${line}:${column}: ${message}`,
    `    - expected ${shown(expected)}`,
    `    + came     ${shown(actual)}`,
    ...(explanation === null || !isFirst
      ? []
      : describeExplanation(explanation)
          .split('\n')
          .filter((each) => each !== '')
          .map((each) => `      ${each}`)),
  ]
}
