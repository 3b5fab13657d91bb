import { asError, TributaryError } from '../errors/index.ts'
import type { Lifecycle } from '../lifecycle/index.ts'
import { type Clock, waitFor } from '../lifecycle/index.ts'
import type { Health, Logger } from '../telemetry/index.ts'
import type { Offset } from '../event/ids.ts'
import { followGenerations, type GenerationLog, readGenerations } from './generation-log.ts'
import { type GenerationRole, type OwnGeneration, type Place, placeOf } from './place.ts'
import { firstGeneration, type GenerationsRecord } from './record.ts'

export interface JoinOptions extends GenerationLog {
  readonly role: GenerationRole
  /** The generation that the process was started for; null: whichever serves. */
  readonly pinned: number | null
  /** Partitions of `profile.log` as configured: what holds until something was rebuilt. */
  readonly partitions: number
  readonly lifecycle: Pick<Lifecycle, 'signal'>
  readonly log: Logger
  readonly clock: Clock
  readonly health: Health
}

export interface JoinedGeneration {
  readonly generation: OwnGeneration
  /** The one that was replaced and is still there; null: none. */
  readonly previous: number | null
  /** Records of the topic below it are known; null: all are news. */
  readonly seenUntil: Offset | null
}

/**
 * Waits until this process has a generation to work for.
 * @throws TributaryError TRB_GENERATION_REPLACED for a process that was started for one that serves no more.
 */
export async function joinGeneration(options: JoinOptions): Promise<JoinedGeneration> {
  const { log, clock, health, lifecycle } = options
  return waitFor(
    async () => {
      const { record, next } = await readGenerations(options)
      const place = lookUp(record, options)
      const previous = record?.previous?.generation ?? null
      if (place.kind === 'run') return { generation: place.generation, previous, seenUntil: next }
      if (place.kind === 'refuse') throw new TributaryError('TRB_GENERATION_REPLACED', place.why)
      throw new TributaryError('TRB_DEPENDENCY_UNAVAILABLE', place.why)
    },
    { name: 'generation', log, clock, health, signal: lifecycle.signal },
  )
}

/**
 * Starts the process anew as soon as it has another place than it joined: its parts end in order first.
 * Resolves with the error that ended following, or undefined when the signal aborts.
 */
export async function watchGeneration(
  options: Pick<JoinOptions, 'reader' | 'topic' | 'role' | 'pinned' | 'partitions' | 'log'> & {
    readonly lifecycle: Pick<Lifecycle, 'requestRestart'>
  },
  { generation, seenUntil }: JoinedGeneration,
  signal: AbortSignal,
): Promise<Error | undefined> {
  const { reader, topic, lifecycle, log } = options
  const onRecord = (record: GenerationsRecord): void => {
    const place = lookUp(record, options)
    if (isSame(place, generation)) return
    log.info({ generation: generation.number, place: place.kind }, 'the generation changes')
    lifecycle.requestRestart('another generation')
  }
  try {
    await followGenerations(reader, topic, seenUntil, onRecord, signal)
    return undefined
  } catch (thrown) {
    return signal.aborted ? undefined : asError(thrown)
  }
}

const lookUp = (
  record: GenerationsRecord | null,
  { role, pinned, partitions }: Pick<JoinOptions, 'role' | 'pinned' | 'partitions'>,
): Place => placeOf(record ?? firstGeneration(partitions), role, pinned)

const isSame = (place: Place, own: OwnGeneration): boolean =>
  place.kind === 'run' &&
  place.generation.number === own.number &&
  place.generation.building === own.building
