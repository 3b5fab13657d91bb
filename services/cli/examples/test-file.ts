import { dirname, join, relative, resolve } from 'node:path'
import type { Finding } from '#runtime/definition/findings.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { renderFindings } from '../lint/render-findings.ts'
import { readDefinition } from '../shell/read-definition.ts'
import { readInput } from '../shell/read-input.ts'
import type { Terminal } from '../shell/terminal.ts'
import { checkNames, parseExamples } from './parse-examples.ts'
import { type Failure, runExamples } from './run-examples.ts'

export interface FailureAt extends Failure {
  readonly line: number
  readonly column: number
}

export interface FileResult {
  readonly file: string
  /** The pipeline file that was tested. */
  readonly pipeline: string
  readonly tests: readonly {
    readonly name: string
    readonly line: number
    readonly failures: readonly FailureAt[]
  }[]
  /** Segments that no example enters. */
  readonly untested: readonly string[]
}

/** The file of examples has mistakes: `rendered` shows each with its line. */
export class ExampleMistakes extends TributaryError {
  readonly rendered: string
  constructor(file: string, findings: readonly Finding[], rendered: string) {
    const [first] = findings
    const where = first === undefined ? file : `${file}:${first.line}:${first.column}`
    const more = findings.length > 1 ? `; and ${findings.length - 1} more` : ''
    super('TRB_USAGE', `${where}: ${first?.message ?? 'mistakes'}${more}`, {
      hint: first?.hint ?? 'docs/testing-rules.md shows what a file of examples holds.',
    })
    this.rendered = rendered
  }
}

/** `pipeline.test.yaml` tests `pipeline.yaml` beside it, unless it names another. */
const pipelineOf = (file: string, named: string | undefined): string =>
  named === undefined ? file.replace(/\.test(?=\.ya?ml$)/, '') : join(dirname(file), named)

/**
 * Runs one file of examples.
 * @throws TributaryError `TRB_USAGE` when it has mistakes, `TRB_DEFINITION_INVALID` when the pipeline file has.
 */
export async function testFile(
  terminal: Pick<Terminal, 'cwd'>,
  file: string,
  seen: (file: string) => void = () => undefined,
): Promise<FileResult> {
  seen(resolve(terminal.cwd, file))
  const text = await readInput(terminal, file)
  const { file: examples, findings, locate } = parseExamples(text)
  const refuse = (mistakes: readonly Finding[]): never => {
    throw new ExampleMistakes(file, mistakes, renderFindings(file, text, mistakes))
  }
  if (examples === null) return refuse(findings)
  const pipeline = pipelineOf(file, examples.pipeline)
  if (resolve(terminal.cwd, pipeline) === resolve(terminal.cwd, file))
    throw new TributaryError('TRB_USAGE', `${file} does not say which pipeline file it tests`, {
      hint: 'Call it NAME.test.yaml beside NAME.yaml, or begin it with pipeline: NAME.yaml',
    })
  seen(resolve(terminal.cwd, pipeline))
  const definition = await readDefinition(terminal, pipeline)
  const mistakes = checkNames(examples, definition)
  if (mistakes.length > 0) return refuse(mistakes.map((each) => locate(each)))
  const results = runExamples(examples, definition)
  const entered = new Set(results.flatMap((result) => result.entered))
  const place = (path: Failure['path'], atKey: boolean) => {
    const { column, line } = locate({
      severity: 'error',
      code: 'invalid_value',
      message: '',
      path,
      ...(atKey && { atKey: true as const }),
    })
    return { line, column }
  }
  return {
    file,
    pipeline: relative(terminal.cwd, resolve(terminal.cwd, pipeline)),
    tests: results.map(({ failures, name, path }) => ({
      name,
      line: place(path, false).line,
      failures: failures.map((failure) => ({
        ...failure,
        ...place(failure.path, typeof failure.path.at(-1) === 'string'),
      })),
    })),
    untested: definition.segments.map(({ name }) => name).filter((name) => !entered.has(name)),
  }
}
