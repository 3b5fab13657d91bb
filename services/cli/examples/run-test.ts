import { toJsonLine } from '../shell/json.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'
import { watchFiles } from '../shell/watch-files.ts'
import { renderResults } from './render-results.ts'
import { ExampleMistakes, type FileResult, testFile } from './test-file.ts'

export interface TestArguments {
  readonly files: readonly string[]
  readonly watch: boolean
  readonly json: boolean
}

/** `tributary test`: exit 1 when an example fails. Needs neither Kafka nor ClickHouse nor a key. */
export async function runTest(terminal: Terminal, asked: TestArguments): Promise<ExitStatus> {
  if (!asked.watch) return testAll(terminal, asked, () => undefined)
  return watchFiles(terminal, async (seen) => testAll(terminal, asked, seen))
}

async function testAll(
  terminal: Terminal,
  { files, json }: TestArguments,
  seen: (file: string) => void,
): Promise<ExitStatus> {
  const results: FileResult[] = []
  for (const file of files)
    try {
      results.push(await testFile(terminal, file, seen))
    } catch (error) {
      if (error instanceof ExampleMistakes && !json) terminal.stdout.write(error.rendered)
      throw error
    }
  const tests = results.flatMap((result) => result.tests)
  const failed = tests.filter(({ failures }) => failures.length > 0).length
  terminal.stdout.write(
    json
      ? toJsonLine({ passed: tests.length - failed, failed, files: results.map(presented) })
      : renderResults(results),
  )
  return failed > 0 ? 1 : 0
}

const presented = ({ file, pipeline, tests, untested }: FileResult): object => ({
  file,
  pipeline,
  untested,
  tests: tests.map(({ failures, line, name }) => ({
    name,
    line,
    passed: failures.length === 0,
    failures: failures.map(({ actual, column, expected, explanation, line: at, message }) => ({
      line: at,
      column,
      message,
      expected,
      actual,
      explanation,
    })),
  })),
})
