import { type GenerationsRecord, readGenerations } from '#runtime/generation/index.ts'
import { topicName } from '#schemas/topics.ts'
import type { Installation } from '../support/pipeline/install.ts'

/** Whether the rebuilt generation serves, and what of it is fed; by the topic itself, since a command would take the cores that are measured. */
export interface Looked {
  readonly serves: boolean
  readonly phase: NonNullable<GenerationsRecord['next']>['phase'] | null
  readonly round: number
  readonly fed: number
}

export async function lookAtGenerations({ admin, kafka, prefix }: Installation): Promise<Looked> {
  const { record } = await readGenerations({
    admin,
    reader: kafka.reader(),
    topic: topicName(prefix, 'pipeline.generations'),
  })
  return {
    serves: (record?.live.generation ?? 0) > 0,
    phase: record?.next?.phase ?? null,
    round: record?.next?.feed?.epoch ?? 0,
    fed: record?.next?.feed?.events ?? 0,
  }
}
