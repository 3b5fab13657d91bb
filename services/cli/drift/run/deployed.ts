import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { definitionInForce } from '#runtime/definition/deploy/in-force.ts'
import { minGroupOf } from '#runtime/definition/min-group.ts'
import { askDefinitions } from '../../shell/definitions-log.ts'
import { readDefinition } from '../../shell/read-definition.ts'
import type { Terminal } from '../../shell/terminal.ts'

/**
 * A pipeline file of the command line, or the one that is deployed. A file names no smaller groups than that one does.
 * @throws TributaryError `TRB_NOT_FOUND` where nothing was deployed yet.
 */
export async function deployedOr(
  terminal: Terminal,
  file: string | null,
): Promise<CompiledDefinition> {
  const tried = file === null ? null : await readDefinition(terminal, file)
  const inForce = await askDefinitions(terminal, definitionInForce)
  if (tried === null) return inForce
  const { definition } = tried
  const privacy = { ...definition.privacy, min_group: minGroupOf(inForce, tried) }
  return { ...tried, definition: { ...definition, privacy } }
}
