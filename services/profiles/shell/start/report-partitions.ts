import type { Boot } from '#runtime/boot/index.ts'
import { toErrorJson } from '#runtime/errors/index.ts'
import type { ProfilesConfig } from '../../config.ts'
import type { Owners } from '../owner/owners.ts'

/** Says in /health which partitions stand still, and why. */
export function reportPartitions({ health }: Boot<ProfilesConfig>, owners: Owners): void {
  health.register('partitions', () => {
    const stopped = owners.stopped()
    if (stopped.length === 0) return { ok: true, why: null }
    const reasons = stopped.map(
      ({ partition, error }) => `${partition}: ${error.message} (${toErrorJson(error).error.hint})`,
    )
    return { ok: false, why: `partitions stand still: ${reasons.join('; ')}` }
  })
}
