import { TributaryError } from '../errors/index.ts'
import type { DefinitionVersion } from '../event/ids.ts'
import { compileDefinition } from './compile.ts'
import type { CompiledDefinition } from './compiled.ts'
import { parsePipeline } from './parse-pipeline.ts'

/** What a stored record says beside its text. */
export interface Deployed {
  readonly notify?: true | undefined
}

/**
 * Parses, checks and compiles a pipeline file.
 * @throws TributaryError `TRB_DEFINITION_INVALID`, with the first mistakes and their lines.
 */
export function loadDefinition(
  text: string,
  version: DefinitionVersion,
  { notify }: Deployed = {},
): CompiledDefinition {
  const { definition, findings } = parsePipeline(text)
  if (definition !== null) {
    const compiled = compileDefinition(definition, version)
    return notify === true ? { ...compiled, notify } : compiled
  }
  const errors = findings.filter(({ severity }) => severity === 'error')
  const shown = errors
    .slice(0, 5)
    .map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`)
  const more = errors.length > shown.length ? `; and ${errors.length - shown.length} more` : ''
  throw new TributaryError(
    'TRB_DEFINITION_INVALID',
    `the pipeline file has ${errors.length} mistake(s): ${shown.join('; ')}${more}`,
    { context: { version, errors: errors.length } },
  )
}

/** Definitions compiled once per version: a partition, a linker and a channel in one process share them. */
export interface DefinitionCache {
  load(text: string, version: DefinitionVersion, deployed?: Deployed): CompiledDefinition
}

/** @param entriesMax Old definitions are few, but a process may live through many. */
export function createDefinitionCache(entriesMax = 16): DefinitionCache {
  const compiled = new Map<DefinitionVersion, CompiledDefinition>()
  return {
    load(text, version, deployed) {
      const known = compiled.get(version)
      if (known !== undefined) return known
      const definition = loadDefinition(text, version, deployed)
      const [oldest] = compiled.keys()
      if (compiled.size >= entriesMax && oldest !== undefined) compiled.delete(oldest)
      compiled.set(version, definition)
      return definition
    },
  }
}
