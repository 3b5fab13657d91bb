import type { KafkaClient, Producer } from '../../kafka/ports.ts'
import {
  createFragmentKeys,
  followKeys,
  type FragmentKeys,
  type MasterKeys,
} from '../../keys/data-keys/index.ts'
import type { Suppressed } from '../core/route.ts'

export interface OpenFragmentKeys extends FragmentKeys {
  readonly ended: Promise<Error | undefined>
  stop(): Promise<void>
}

/** Reads the data keys that there are and follows the others' from there on: one person has few keys, however many channels meet her. */
export async function openFragmentKeys(deps: {
  readonly kafka: Pick<KafkaClient, 'reader'>
  readonly producer: Pick<Producer, 'send'>
  readonly topic: string
  readonly masters: MasterKeys
  readonly fragmentsMax: number
  readonly suppressed: Suppressed
  readonly now: () => number
  readonly made: () => void
}): Promise<OpenFragmentKeys> {
  const { kafka, producer, topic, masters, fragmentsMax, suppressed, now, made } = deps
  const keys = createFragmentKeys({
    masters,
    fragmentsMax,
    suppressed,
    now,
    made,
    send: async (records) => producer.send([{ topic, records }]),
  })
  const followed = await followKeys(kafka.reader(), topic, (change) => keys.apply(change))
  return { ...keys, ...followed }
}
