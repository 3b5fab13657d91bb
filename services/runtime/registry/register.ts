import { type AvroSchemaName, avroSchemas, avroSchemaText } from '#schemas/avro/schemas.ts'
import { type TopicName, topicName, topicSpec } from '#schemas/topics.ts'
import type { RegistryClient } from './client.ts'

/** Id of our own schema on each topic that is written in the Confluent wire format. */
export type SchemaIds = ReadonlyMap<TopicName, number>

/** Confluent's default naming of subjects. */
export const subjectOf = (prefix: string, topic: TopicName): string =>
  `${topicName(prefix, topic)}-value`

/**
 * Registers our schemas under their topics' subjects, each of which must stay readable by the readers of its last version.
 * Subjects of source topics are the company's: only `withSources` (local mode) registers there.
 * @throws TributaryError TRB_SCHEMA_INCOMPATIBLE, TRB_SCHEMA_INVALID, TRB_REGISTRY_UNAVAILABLE.
 */
export async function registerAll(
  client: RegistryClient,
  options: { readonly prefix: string; readonly withSources: boolean },
): Promise<SchemaIds> {
  const ids = new Map<TopicName, number>()
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a literal
  for (const name of Object.keys(avroSchemas) as AvroSchemaName[]) {
    for (const topic of avroSchemas[name].topics) {
      if (topicSpec(topic).role === 'source' && !options.withSources) continue
      const subject = subjectOf(options.prefix, topic)
      ids.set(topic, await client.register(subject, avroSchemaText(name)))
      await client.setCompatibility(subject, 'BACKWARD')
    }
  }
  return ids
}
