import type { CompiledDefinition } from './compiled.ts'

/** How many people a group must have to be told by a file that is tried: it may ask for more than the one in force, never for fewer. */
export const minGroupOf = (
  ...files: readonly [inForce: CompiledDefinition, tried: CompiledDefinition]
): number => Math.max(...files.map(({ definition }) => definition.privacy.min_group))
