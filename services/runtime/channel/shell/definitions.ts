import type { CompiledDefinition } from '../../definition/compiled.ts'
import type { DefinitionVersion } from '../../event/ids.ts'

/** The definitions that `pipeline.definitions` holds. */
export interface Definitions {
  /** The newest one seen. */
  latest(): CompiledDefinition
  /**
   * The first one that was deployed for the generation of `profile.log` that this process writes to: what a former owner sent by an older
   * one went into another log, and says nothing here.
   */
  since(): DefinitionVersion
  /** The one that a committed offset names, which may be newer than what was seen here; undefined: the topic does not hold it. */
  get(version: DefinitionVersion): Promise<CompiledDefinition | undefined>
}
