import { join } from 'node:path'
import { type Boot, patiently } from '#runtime/boot/index.ts'
import type { PartitionReader } from '#runtime/kafka/ports.ts'
import type { MasterKeys } from '#runtime/keys/data-keys/index.ts'
import type { ProfilesConfig } from '../../config.ts'
import type { ProfilesDeps } from '../../pipeline.ts'
import type { Definitions } from '../definitions.ts'
import { openKeyStore } from '../kept/key-store.ts'
import { createKeptRows } from '../kept/kept-rows.ts'
import { createKeptMetrics } from '../metrics.ts'

/** Reads the data keys that there are; what opens `clear` values, and destroys keys of the erased. */
export async function openKept(
  boot: Boot<ProfilesConfig>,
  deps: {
    readonly reader: PartitionReader
    readonly topic: string
    readonly masters: MasterKeys
    readonly definitions: Pick<Definitions, 'get'>
  },
): Promise<NonNullable<ProfilesDeps['kept']>> {
  const { config, lifecycle, metrics } = boot
  const store = await lifecycle.use(
    'data keys',
    async () =>
      patiently(boot, 'data keys', async () =>
        openKeyStore(deps.reader, deps.topic, join(config.stateDir, 'data-keys')),
      ),
    async (part) => part.stop(),
  )
  lifecycle.watch('data keys', store.ended)
  return {
    rows: createKeptRows({
      store,
      masters: deps.masters,
      definition: (version) => deps.definitions.get(version),
      lost: createKeptMetrics(metrics),
    }),
    destroy: (fragment, until) => store.tombstones(fragment, until),
  }
}
