import { asError } from '../errors/index.ts'
import { loadMasterKeys, type MasterKeyConfig } from '../keys/data-keys/index.ts'
import { type KeyRingConfig, keysOf, loadKeyRing } from '../keys/index.ts'
import type { Rule } from './service-config.ts'

/** Opens the keys as a start does, files and commands included. */
export const keysOpenRule: Rule<KeyRingConfig & MasterKeyConfig> = (config) => {
  try {
    loadMasterKeys(config, keysOf(loadKeyRing(config)))
    return null
  } catch (error) {
    return asError(error).message
  }
}
