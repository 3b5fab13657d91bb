import { TributaryError } from '../errors/index.ts'
import {
  type InstallationKey,
  type KeyConfig,
  type KeyId,
  loadInstallationKey,
} from './installation-key.ts'
import { keyOfGeneration, type KeyRecord, keysBefore } from './key-record.ts'

export interface KeyRingConfig extends KeyConfig {
  readonly keyNextFile?: string | null
  readonly keyNext?: string | null
  readonly keyNextCommand?: string | null
  readonly keyPreviousFile?: string | null
  readonly keyPrevious?: string | null
  readonly keyPreviousCommand?: string | null
}

/** The keys that a process was given. Which of them counts is recorded, not configured. */
export interface KeyRing {
  readonly current: InstallationKey
  /** What the next generation's pseudonyms are to be made with; null: nothing is planned. */
  readonly next: InstallationKey | null
  /** What was in force before: it opens what was sealed then, and screens by what was erased then. */
  readonly previous: InstallationKey | null
}

/** The keys of a ring in the light of what is recorded. */
export interface ServingKey {
  /** What the pseudonyms of the generation are made with. */
  readonly key: InstallationKey
  /** Those of the ring that earlier generations were made with. */
  readonly retired: readonly InstallationKey[]
  /** False: nothing says yet which key this installation has. */
  readonly recorded: boolean
}

/** @throws TributaryError TRB_KEY_INVALID. */
export function loadKeyRing(config: KeyRingConfig): KeyRing {
  const { keyNext, keyNextCommand, keyNextFile } = config
  const { keyPrevious, keyPreviousCommand, keyPreviousFile } = config
  return {
    current: loadInstallationKey(config),
    next: loadOptional('TRIBUTARY_KEY_NEXT', keyNextFile, keyNext, keyNextCommand),
    previous: loadOptional(
      'TRIBUTARY_KEY_PREVIOUS',
      keyPreviousFile,
      keyPrevious,
      keyPreviousCommand,
    ),
  }
}

function loadOptional(
  variable: string,
  keyFile: string | null = null,
  key: string | null = null,
  keyCommand: string | null = null,
): InstallationKey | null {
  if (keyFile === null && key === null && keyCommand === null) return null
  return loadInstallationKey({ keyFile, key, keyCommand }, variable)
}

/** All keys of a ring, the current one first; none twice. */
export function keysOf({ current, next, previous }: KeyRing): readonly InstallationKey[] {
  const keys = new Map<KeyId, InstallationKey>()
  for (const key of [current, next, previous])
    if (key !== null && !keys.has(key.id)) keys.set(key.id, key)
  return [...keys.values()]
}

/**
 * The key of a generation: the one that is recorded for it, wherever in the ring it stands; while nothing is recorded, the current one.
 * @throws TributaryError TRB_KEY_MISMATCH when the ring does not have the one that is recorded.
 */
export function chooseKey(
  ring: KeyRing,
  records: readonly KeyRecord[],
  generation: number,
): ServingKey {
  const keys = keysOf(ring)
  const recorded = keyOfGeneration(records, generation)
  const key = recorded === null ? ring.current : keys.find(({ id }) => id === recorded)
  if (key === undefined) throw mismatch(recorded ?? '', keys, generation)
  const before = keysBefore(records, generation)
  return {
    key,
    retired: keys.filter(({ id }) => id !== key.id && before.has(id)),
    recorded: recorded !== null,
  }
}

const mismatch = (
  recorded: KeyId,
  keys: readonly InstallationKey[],
  generation: number,
): TributaryError =>
  new TributaryError(
    'TRB_KEY_MISMATCH',
    `pseudonyms of generation ${generation} are made with the key ${recorded}; given here: ${keys.map(({ id }) => id).join(', ')}`,
  )
