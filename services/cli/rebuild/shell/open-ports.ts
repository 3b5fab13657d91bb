import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { epochMs } from '#runtime/event/ids.ts'
import type { GenerationsRecord, NextGeneration } from '#runtime/generation/index.ts'
import { createCarrying } from '../new-key/carry.ts'
import type { RawTopics } from '../new-key/ports.ts'
import type { RebuildPorts, RebuildReport } from '../ports.ts'
import type { RebuildConnections } from './connections.ts'
import { dropGeneration } from './drop-generation.ts'
import { createNewGeneration } from './new-generation.ts'
import { createOldGeneration } from './old-generation.ts'
import { createTableExchange } from './table-exchange.ts'

export interface OpenPortsOptions {
  readonly record: GenerationsRecord
  readonly next: NextGeneration
  readonly definition: CompiledDefinition
  /** Where the rows of the new generation go until the exchange. */
  readonly shadow: ClickHouse
  readonly now: () => Date
  /** Aborted when the command has to end. */
  readonly signal: AbortSignal
  readonly report: (progress: RebuildReport) => void
  /** Told at each look at what others do. */
  readonly waits: (waitsFor: string) => void
  /** Raw topics under a new key; null: the key stays. */
  readonly raw: RawTopics | null
  /** Ends the services that this command runs. */
  readonly dismiss: () => Promise<void>
}

/** How often others are looked at: what they do takes some tenths of a second. */
const betweenLooksMs = 100

/** A rebuild's ports on the real Kafka and ClickHouse. */
export function openPorts(
  connections: RebuildConnections,
  { record, next, definition, shadow, now, signal, report, waits, raw, dismiss }: OpenPortsOptions,
): RebuildPorts {
  const { admin, producer, clickhouse, prefix, tables } = connections
  const old = createOldGeneration(connections, record.live)
  return {
    old,
    ...(raw === null ? {} : { fromRaw: { raw, carrying: createCarrying(old, raw) } }),
    next: createNewGeneration({
      admin,
      producer,
      shadow,
      definition,
      prefix,
      generation: next.generation,
      partitions: next.partitions,
      replicationFactor: connections.replicationFactor,
      tables,
      nonce: randomUUID,
    }),
    tables: createTableExchange({ base: clickhouse, shadow, definition, tables }),
    // Whichever of the two is dropped: its tables are in the database of the new one by then.
    drop: async ({ generation }) => dropGeneration(connections, generation, shadow.database),
    save: async (changed) => connections.save(changed),
    now: () => epochMs(now().getTime()),
    pause: async (waitsFor) => {
      signal.throwIfAborted()
      waits(waitsFor)
      await sleep(betweenLooksMs, undefined, { signal })
    },
    report,
    dismiss,
  }
}
