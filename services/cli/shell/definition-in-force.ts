import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { latestDefinition } from '#runtime/definition/deploy/definition-log.ts'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import type { KafkaClient } from '#runtime/kafka/ports.ts'
import { topicName } from '#schemas/topics.ts'

/**
 * The pipeline file by which a generation works.
 * @throws TributaryError `TRB_NOT_FOUND` where nothing was deployed yet
 */
export async function definitionInForce(
  kafka: Pick<KafkaClient, 'reader'>,
  prefix: string,
  generation: number,
): Promise<CompiledDefinition> {
  const topic = topicName(prefix, 'pipeline.definitions')
  const stored = await latestDefinition(kafka.reader(), topic, generation)
  if (stored === null)
    throw new TributaryError('TRB_NOT_FOUND', `no pipeline file is deployed on ${topic}`, {
      hint: 'tributary deploy infra/pipeline.yaml',
    })
  return loadDefinition(stored.content, stored.version)
}
