import { channelSources, readsTopic } from '#runtime/channel/core/settings.ts'
import { nameInFile } from '#runtime/channel/shell/channel-topology.ts'
import { definitionIfDeployed } from '#runtime/definition/deploy/in-force.ts'
import { channels } from '#runtime/event/vocabulary.ts'
import { topicNames, topicSpec } from '#schemas/topics.ts'
import type { OpenIdentity } from '../../identity/open-identity.ts'

const declared: ReadonlySet<string> = new Set(
  topicNames.filter((name) => topicSpec(name).role !== 'source'),
)

/** Topics that the sources of the pipeline file in force read: the company's own, prefix included. */
export async function readSourceTopics({
  admin,
  prefix,
  sources,
}: Pick<OpenIdentity, 'admin' | 'prefix' | 'sources'>): Promise<readonly string[]> {
  const { definitionsTopic, generation, reader } = sources
  const compiled = await definitionIfDeployed(reader, definitionsTopic, generation)
  if (compiled === null) return []
  const all = channels.flatMap((channel) => channelSources(compiled.definition, channel))
  return (await admin.listTopics())
    .filter((topic) => {
      const name = nameInFile(topic, prefix)
      return !declared.has(name) && all.some((source) => readsTopic(source, name))
    })
    .toSorted()
}
