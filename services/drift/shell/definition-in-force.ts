import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { definitionIfDeployed } from '#runtime/definition/deploy/in-force.ts'
import { createDefinitionCache } from '#runtime/definition/load-definition.ts'
import { readGenerations } from '#runtime/generation/index.ts'
import type { KafkaClient } from '#runtime/kafka/ports.ts'
import type { Topology } from '../topology.ts'

/** What is watched: the pipeline file of the generation that serves, asked anew each time. One that is being built has tables of its own. */
export function createDefinitionInForce(
  kafka: Pick<KafkaClient, 'admin' | 'reader'>,
  { definitions, generations }: Topology['reads'],
): () => Promise<CompiledDefinition | null> {
  const cache = createDefinitionCache()
  return async () => {
    const admin = await kafka.admin()
    try {
      const reader = kafka.reader()
      const { record } = await readGenerations({ admin, reader, topic: generations })
      return await definitionIfDeployed(reader, definitions, record?.live.generation ?? 0, cache)
    } finally {
      await admin.close()
    }
  }
}
