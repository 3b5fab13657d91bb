export {
  createInstallationKey,
  type InstallationKey,
  installationKeyBytesMin,
  type KeyConfig,
  type KeyId,
  loadInstallationKey,
} from './installation-key.ts'
export { parseKeyCommand } from './key-command.ts'
export {
  adoptServingKey,
  type KeyLog,
  readKeyRecords,
  readServingKey,
  recordKey,
} from './key-log.ts'
export {
  chooseKey,
  type KeyRing,
  type KeyRingConfig,
  keysOf,
  loadKeyRing,
  type ServingKey,
} from './key-ring.ts'
export { createRingSealer } from './ring-sealer.ts'
export { createSealer, type Sealer } from './sealer.ts'
