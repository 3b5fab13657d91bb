import { epochMs } from '../../event/ids.ts'
import type { MemoryBroker } from '../../kafka/memory/broker.ts'
import { definitionHash, encodeDefinition } from '../../log/definitions-record.ts'

/** Puts a pipeline file on its topic, as a deploy for a generation does. */
export const putDefinition = (
  broker: Pick<MemoryBroker, 'append'>,
  topic: string,
  content: string,
  generation = 0,
): void =>
  broker.append(topic, {
    key: null,
    value: encodeDefinition({
      content,
      hash: definitionHash(content),
      deployedAt: epochMs(0),
      deployedBy: 'test',
      generation,
    }),
    partition: 0,
  })
