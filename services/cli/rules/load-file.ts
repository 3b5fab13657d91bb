import { compileDefinition } from '#runtime/definition/compile.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import type { Finding } from '#runtime/definition/findings.ts'
import { lintPipeline } from '#runtime/definition/lint.ts'
import type { Locate } from '#runtime/definition/locate.ts'
import { parsePipeline } from '#runtime/definition/parse-pipeline.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { definitionVersion, epochMs } from '#runtime/event/ids.ts'
import { readInput } from '../shell/read-input.ts'
import type { Terminal } from '../shell/terminal.ts'

export interface LoadedFile {
  readonly compiled: CompiledDefinition
  /** What lint says of it without looking at anything else. */
  readonly findings: readonly Finding[]
  readonly locate: Locate
}

/** @throws TributaryError `TRB_DEFINITION_INVALID` for a file with mistakes: `lint` explains them. */
export async function loadFile(
  terminal: Pick<Terminal, 'cwd' | 'now'>,
  file: string,
): Promise<LoadedFile> {
  const text = await readInput(terminal, file)
  const { definition, locate } = parsePipeline(text)
  if (definition === null)
    throw new TributaryError('TRB_DEFINITION_INVALID', `${file} has mistakes`, {
      hint: `tributary lint ${file} explains them.`,
    })
  return {
    compiled: compileDefinition(definition, definitionVersion(0)),
    findings: lintPipeline(text, epochMs(terminal.now().getTime())),
    locate,
  }
}
