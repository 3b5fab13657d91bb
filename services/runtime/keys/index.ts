export {
  createInstallationKey,
  type InstallationKey,
  installationKeyBytesMin,
  type KeyConfig,
  loadInstallationKey,
} from './installation-key.ts'
export { createSealer, type Sealer } from './sealer.ts'
