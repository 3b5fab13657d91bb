import type { RebuildPorts } from '../../../services/cli/rebuild/ports.ts'
import type { World } from '../world.ts'

/** The ports of a rebuild, broken on purpose. Without a mutant they are what they were. */
export function mutatedPorts(world: World, ports: RebuildPorts): RebuildPorts {
  void world
  return ports
}
