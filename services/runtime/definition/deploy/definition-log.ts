import { type DefinitionVersion, definitionVersion, offset } from '../../event/ids.ts'
import type { KafkaRecord, PartitionReader, TopicPartition } from '../../kafka/ports.ts'
import { readWhole } from '../../kafka/read-whole.ts'
import { type DefinitionRecord, decodeDefinition } from '../../log/definitions-record.ts'

/** A deployed pipeline file with its version, the offset at which it lies. */
export interface StoredDefinition extends DefinitionRecord {
  readonly version: DefinitionVersion
}

const stored = (record: KafkaRecord): StoredDefinition | null =>
  record.value === null
    ? null
    : { ...decodeDefinition(record.value), version: definitionVersion(record.offset) }

const partitionOf = (topic: string): TopicPartition => ({ topic, partition: 0 })

/**
 * The newest definition for a generation of profile.log, or null where nothing was deployed yet. `topic`: `pipeline.definitions` with its
 * prefix. What was deployed for a later generation is none of its business.
 */
export async function latestDefinition(
  reader: PartitionReader,
  topic: string,
  generation: number,
): Promise<StoredDefinition | null> {
  let latest: StoredDefinition | null = null
  for await (const record of readWhole(reader, topic)) {
    const definition = stored(record)
    if (definition !== null && definition.generation <= generation) latest = definition
  }
  return latest
}

/** Version of the first definition that was deployed for just this generation of profile.log; null: it began with that of another. */
export async function firstDefinition(
  reader: PartitionReader,
  topic: string,
  generation: number,
): Promise<DefinitionVersion | null> {
  for await (const record of readWhole(reader, topic)) {
    const definition = stored(record)
    if (definition?.generation === generation) return definition.version
  }
  return null
}

/** The definition of one version; null: no such record. A partition that replays asks for what was in force then. */
export async function definitionAt(
  reader: PartitionReader,
  topic: string,
  version: DefinitionVersion,
): Promise<StoredDefinition | null> {
  const batches = reader.read(partitionOf(topic), { from: offset(version), untilEnd: true })
  for await (const { records } of batches)
    for (const record of records)
      if (record.offset >= version) return record.offset === Number(version) ? stored(record) : null
  return null
}

/**
 * Calls `onVersion` for every deployed definition, the old ones first, one after another, until `signal` aborts.
 * A throw of `onVersion` ends it.
 */
export async function followDefinitions(
  reader: PartitionReader,
  topic: string,
  onVersion: (definition: StoredDefinition) => void | Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const batches = reader.read(partitionOf(topic), { from: 'start', untilEnd: false, signal })
  for await (const { records } of batches)
    for (const record of records) {
      const definition = stored(record)
      if (definition !== null) await onVersion(definition)
    }
}
