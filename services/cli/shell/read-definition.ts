import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { isTributaryError, TributaryError } from '#runtime/errors/index.ts'
import { definitionVersion } from '#runtime/event/ids.ts'
import { readInput } from './read-input.ts'
import type { Terminal } from './terminal.ts'

/**
 * A pipeline file of the command line, compiled as version 1.
 * @throws TributaryError `TRB_USAGE` when it can't be read, `TRB_DEFINITION_INVALID` when it has mistakes.
 */
export async function readDefinition(
  terminal: Pick<Terminal, 'cwd'>,
  file: string,
): Promise<CompiledDefinition> {
  const text = await readInput(terminal, file)
  try {
    return loadDefinition(text, definitionVersion(1))
  } catch (error) {
    if (!isTributaryError(error, 'TRB_DEFINITION_INVALID')) throw error
    throw new TributaryError('TRB_DEFINITION_INVALID', `${file}: ${error.message}`, {
      hint: `tributary lint ${file} explains each.`,
      cause: error,
    })
  }
}
