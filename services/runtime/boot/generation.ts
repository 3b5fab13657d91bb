import { topicName } from '#schemas/topics.ts'
import {
  type GenerationRole,
  type JoinedGeneration,
  joinGeneration,
  watchGeneration,
} from '../generation/index.ts'
import type { Admin, KafkaClient } from '../kafka/ports.ts'
import type { Boot, CommonConfig } from './boot.ts'

export interface GenerationDeps {
  readonly kafka: Pick<KafkaClient, 'reader'>
  readonly admin: Pick<Admin, 'describeTopics'>
  readonly role: GenerationRole
  /** The generation that the process was started for; null: whichever serves. */
  readonly pinned: number | null
}

type GenerationBoot = Boot<CommonConfig & { readonly prefix: string; readonly partitions: number }>

const optionsOf = (
  { config, lifecycle, log, clock, health }: GenerationBoot,
  { kafka, admin, role, pinned }: GenerationDeps,
): Parameters<typeof joinGeneration>[0] => ({
  admin,
  reader: kafka.reader(),
  topic: topicName(config.prefix, 'pipeline.generations'),
  role,
  pinned,
  partitions: config.partitions,
  lifecycle,
  log,
  clock,
  health,
})

/** Waits until the process has a generation to work for. */
export const joinGenerationOf = (
  boot: GenerationBoot,
  deps: GenerationDeps,
): Promise<JoinedGeneration> => joinGeneration(optionsOf(boot, deps))

/** Starts the parts anew when that changes. The topics must be there. */
export async function watchGenerationOf(
  boot: GenerationBoot,
  deps: GenerationDeps,
  joined: JoinedGeneration,
): Promise<void> {
  const { lifecycle } = boot
  const options = { ...optionsOf(boot, deps), lifecycle }
  const stopping = new AbortController()
  const ended = await lifecycle.use(
    'generation',
    async () => Promise.resolve({ ended: watchGeneration(options, joined, stopping.signal) }),
    async (watch) => {
      stopping.abort()
      await watch.ended
    },
  )
  lifecycle.watch('generation', ended.ended)
}
