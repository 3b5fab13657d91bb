import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { hasErrors } from '#runtime/definition/findings.ts'
import { lintPipeline } from '#runtime/definition/lint.ts'
import { inFileOrder } from '#runtime/definition/parse-pipeline.ts'
import { asError, TributaryError } from '#runtime/errors/index.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { toJsonLine } from '../shell/json.ts'
import { textOf } from '../shell/read-input.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'
import { countOf, renderFindings } from './render-findings.ts'

export interface LintArguments {
  readonly file: string
  /** Also asks the stored people; null: nothing but the file is looked at. */
  readonly live: { readonly sizeMin: number; readonly alikeMin: number } | null
  /** Again whenever the file changes, until Ctrl-C. */
  readonly watch?: boolean
  readonly json: boolean
}

/**
 * Explains every mistake of a pipeline file with line and column, and with `live` what the people in its segments say of them. Exit 1 when there is an error or a warning; a remark alone is fine.
 * @throws TributaryError `TRB_CONFIG_INVALID` when the file can't be read.
 */
export async function runLint(terminal: Terminal, asked: LintArguments): Promise<ExitStatus> {
  if (asked.watch !== true) return lint(terminal, asked)
  const { watchFiles } = await import('../shell/watch-files.ts')
  return watchFiles(terminal, async (seen) => {
    seen(resolve(terminal.cwd, asked.file))
    return lint(terminal, asked)
  })
}

async function lint(terminal: Terminal, { file, json, live }: LintArguments): Promise<ExitStatus> {
  const { cwd, now, stdout } = terminal
  const text = await readText(resolve(cwd, file))
  const alone = lintPipeline(text, epochMs(now().getTime()))
  const findings =
    live === null || hasErrors(alone)
      ? alone
      : [
          ...alone,
          ...(await (await import('./lint-live.ts')).lintLive(terminal, text, live)),
        ].toSorted(inFileOrder)
  const errors = countOf(findings, 'error')
  const warnings = countOf(findings, 'warning')
  stdout.write(
    json
      ? toJsonLine({
          file,
          errors,
          warnings,
          findings,
        })
      : renderFindings(file, text, findings),
  )
  return errors + warnings > 0 ? 1 : 0
}

async function readText(path: string): Promise<string> {
  try {
    return textOf(await readFile(path))
  } catch (error) {
    throw new TributaryError(
      'TRB_CONFIG_INVALID',
      `cannot read ${path}: ${asError(error).message}`,
      {
        hint: 'Give the path of a pipeline file, infra/pipeline.yaml say.',
        cause: error,
      },
    )
  }
}
