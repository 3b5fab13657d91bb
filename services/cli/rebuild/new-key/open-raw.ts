import type { Suppressed } from '#runtime/channel/core/route.ts'
import { openFragmentKeys } from '#runtime/channel/shell/open-fragment-keys.ts'
import { createRecordDecoder } from '#runtime/channel/shell/registry-decoder.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { loadMasterKeys } from '#runtime/keys/data-keys/index.ts'
import { createRegistryDecoder, forgetfulStore } from '#runtime/registry/index.ts'
import { topicName } from '#schemas/topics.ts'
import { readMasterKeyConfig } from '../../shell/configuration.ts'
import { openRegistry } from '../../shell/connections.ts'
import type { Terminal } from '../../shell/terminal.ts'
import type { RebuildConnections } from '../shell/connections.ts'
import type { RawTopics } from './ports.ts'
import type { RebuildKeys } from './rebuild-keys.ts'
import { createRawTopics } from './shell/raw-topics.ts'

/** Longer than a registry takes from its first answer until it has read all of its storage. */
const confirmDenialsMs = 20_000
/** Fragments whose data key is kept in memory, as in a channel. */
const fragmentsAtHand = 200_000

export interface OpenRaw extends AsyncDisposable {
  readonly raw: RawTopics
}

/** The raw topics on the real Kafka and registry. */
export async function openRaw(
  terminal: Terminal,
  connections: Pick<RebuildConnections, 'admin' | 'kafka' | 'prefix' | 'producer'>,
  {
    definition,
    generation,
    partitions,
    keys,
  }: {
    readonly definition: CompiledDefinition
    readonly generation: number
    readonly partitions: number
    readonly keys: RebuildKeys
  },
): Promise<OpenRaw> {
  const { admin, kafka, prefix, producer } = connections
  let suppressed: Suppressed | null = null
  const now = () => epochMs(terminal.now().getTime())
  const client = openRegistry(terminal)
  const sealing = await openFragmentKeys({
    kafka,
    producer,
    topic: topicName(prefix, 'privacy.keys'),
    // What is sealed from now on outlives the key in force.
    masters: loadMasterKeys(readMasterKeyConfig(terminal), [keys.next, ...keys.all]),
    fragmentsMax: fragmentsAtHand,
    suppressed: (fragment) => suppressed?.(fragment),
    now,
    made: () => undefined,
  })
  const raw = createRawTopics({
    admin,
    reader: kafka.reader(),
    producer,
    decoder: createRecordDecoder(
      createRegistryDecoder({
        client,
        store: forgetfulStore,
        now,
        confirmDenialsMs,
      }),
    ),
    prefix,
    definition,
    generation,
    partitions,
    keyInForce: keys.inForce,
    newKey: keys.next,
    sealing,
    screenedBy(screen) {
      suppressed = screen
    },
    now,
  })
  return { raw, [Symbol.asyncDispose]: async () => sealing.stop() }
}
