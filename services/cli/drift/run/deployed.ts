import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { latestDefinition } from '#runtime/definition/deploy/definition-log.ts'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { topicName } from '#schemas/topics.ts'
import { readKafkaConfig } from '../../shell/configuration.ts'
import { openKafka } from '../../shell/connections.ts'
import { readDefinition } from '../../shell/read-definition.ts'
import type { Terminal } from '../../shell/terminal.ts'

/**
 * A pipeline file of the command line, or the one that is deployed.
 * @throws TributaryError `TRB_NOT_FOUND` where nothing was deployed yet.
 */
export async function deployedOr(
  terminal: Terminal,
  file: string | null,
): Promise<CompiledDefinition> {
  if (file !== null) return readDefinition(terminal, file)
  const { prefix } = readKafkaConfig(terminal)
  const kafka = openKafka(terminal)
  try {
    const topic = topicName(prefix, 'pipeline.definitions')
    const latest = await latestDefinition(kafka.reader(), topic, Number.MAX_SAFE_INTEGER)
    if (latest === null)
      throw new TributaryError('TRB_NOT_FOUND', 'no pipeline file was deployed yet', {
        hint: 'tributary deploy infra/pipeline.yaml puts one to work.',
      })
    return loadDefinition(latest.content, latest.version, latest)
  } finally {
    await kafka.close()
  }
}
