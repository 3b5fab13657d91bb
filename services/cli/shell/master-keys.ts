import { loadMasterKeys, type MasterKeys } from '#runtime/keys/data-keys/index.ts'
import { keysOf, loadKeyRing, type ServingKey } from '#runtime/keys/index.ts'
import { readKeyConfig, readMasterKeyConfig } from './configuration.ts'
import type { Terminal } from './terminal.ts'

/** The master keys as services have them. @throws TributaryError TRB_KEY_INVALID, TRB_KEY_MISMATCH. */
export async function masterKeysOf(
  terminal: Terminal,
  serving: { readonly servingKey: () => Promise<ServingKey> },
): Promise<MasterKeys> {
  const { key } = await serving.servingKey()
  const ring = keysOf(loadKeyRing(readKeyConfig(terminal)))
  return loadMasterKeys(readMasterKeyConfig(terminal), [key, ...ring])
}
