import { TributaryError } from '#runtime/errors/index.ts'
import {
  chooseKey,
  type InstallationKey,
  type KeyId,
  keysOf,
  loadKeyRing,
  readKeyRecords,
} from '#runtime/keys/index.ts'
import { topicName } from '#schemas/topics.ts'
import { readKeyConfig } from '../../shell/configuration.ts'
import type { Terminal } from '../../shell/terminal.ts'
import type { RebuildConnections } from '../shell/connections.ts'

/** The two keys of a rebuild under a new one. */
export interface RebuildKeys {
  readonly inForce: InstallationKey
  readonly next: InstallationKey
  /** Every key that is given here. */
  readonly all: readonly InstallationKey[]
}

/** The key that the pseudonyms of the generation that serves are made with. */
export async function keyInForce(
  terminal: Terminal,
  { admin, kafka, prefix }: Pick<RebuildConnections, 'admin' | 'kafka' | 'prefix'>,
  generation: number,
): Promise<InstallationKey> {
  const topic = topicName(prefix, 'pipeline.keys')
  const records = await readKeyRecords({ admin, reader: kafka.reader(), topic })
  const { key, recorded } = chooseKey(loadKeyRing(readKeyConfig(terminal)), records, generation)
  if (recorded) return key
  throw new TributaryError('TRB_NOT_FOUND', `${topic} does not say which key is in force`, {
    hint: 'Start a channel service once: it records the key that it makes pseudonyms with.',
  })
}

/**
 * @param begun The new key of a rebuild that is under way; null: the environment says which one comes next.
 * @throws TributaryError TRB_KEY_INVALID, TRB_KEY_MISMATCH.
 */
export async function rebuildKeys(
  terminal: Terminal,
  connections: Pick<RebuildConnections, 'admin' | 'kafka' | 'prefix'>,
  generation: number,
  begun: KeyId | null,
): Promise<RebuildKeys> {
  const ring = loadKeyRing(readKeyConfig(terminal))
  const all = keysOf(ring)
  const inForce = await keyInForce(terminal, connections, generation)
  const next = begun === null ? ring.next : (all.find(({ id }) => id === begun) ?? null)
  if (next === null && begun !== null)
    throw new TributaryError(
      'TRB_KEY_MISMATCH',
      `a generation is being built under the key ${begun}; given here: ${all.map(({ id }) => id).join(', ')}`,
      { hint: 'Set TRIBUTARY_KEY_NEXT_FILE to that key. Or give it up: tributary rebuild abort.' },
    )
  if (next === null)
    throw new TributaryError('TRB_KEY_INVALID', 'there is no next installation key', {
      hint: 'Make one (openssl rand -out key.next 32), give it to every channel, to profiles and here as TRIBUTARY_KEY_NEXT_FILE, and start again: docs/keys.md.',
    })
  refuseSame(inForce, next)
  return { inForce, next, all }
}

/** @throws TributaryError TRB_KEY_INVALID. */
export function refuseSame(inForce: InstallationKey, next: InstallationKey): void {
  if (next.id === inForce.id)
    throw new TributaryError('TRB_KEY_INVALID', `the next key is the one in force (${next.id})`, {
      hint: 'Make another one: openssl rand -out key.next 32.',
    })
}
