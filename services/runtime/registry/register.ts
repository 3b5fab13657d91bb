import { type AvroSchemaName, avroSchemas, avroSchemaText } from '#schemas/avro/schemas.ts'
import { type TopicName, topicName, topicSpec } from '#schemas/topics.ts'
import type { RegistryClient } from './client.ts'

/** Id of our own schema on each topic that is written in the Confluent wire format. */
export type SchemaIds = ReadonlyMap<TopicName, number>

/** Confluent's default naming of subjects. */
export const subjectOf = (prefix: string, topic: TopicName): string =>
  `${topicName(prefix, topic)}-value`

/**
 * Registers our schemas under their topics' subjects, each of which must stay readable by the readers of its last version. All at once: a start waits for
 * two answers of a registry that is slow, not for two of each.
 * Subjects of source topics are the company's: only `withSources` (local mode) registers there.
 * @throws TributaryError TRB_SCHEMA_INCOMPATIBLE, TRB_SCHEMA_INVALID, TRB_REGISTRY_UNAVAILABLE.
 */
export async function registerAll(
  client: Pick<RegistryClient, 'register' | 'setCompatibility'>,
  options: { readonly prefix: string; readonly withSources: boolean },
): Promise<SchemaIds> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a literal
  const names = Object.keys(avroSchemas) as AvroSchemaName[]
  const ours = names.flatMap((name) =>
    avroSchemas[name].topics
      .filter((topic) => options.withSources || topicSpec(topic).role !== 'source')
      .map((topic) => ({ name, topic })),
  )
  const ids = ours.map(async ({ name, topic }) => {
    const subject = subjectOf(options.prefix, topic)
    const id = await client.register(subject, avroSchemaText(name))
    await client.setCompatibility(subject, 'BACKWARD')
    return [topic, id] as const
  })
  return new Map(await Promise.all(ids))
}
