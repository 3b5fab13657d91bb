export { createDataKey, type DataKey } from './data-key.ts'
export {
  aboutKey,
  type DataKeyRecord,
  type KeyChange,
  keyChange,
  keyRecord,
  keyTombstone,
} from './data-key-record.ts'
export { followKeys, type FollowedKeys } from './follow-keys.ts'
export { createFragmentKeys, type FragmentKeys } from './fragment-keys.ts'
export { hideSealed } from './hide-sealed.ts'
export {
  createMasterKeys,
  loadMasterKeys,
  type MasterKeyConfig,
  type MasterKeyId,
  type MasterKeys,
} from './master-keys.ts'
export {
  type DataKeyId,
  isSealed,
  propertyPlace,
  sealedMark,
  sealedParts,
  traitPlace,
} from './sealed-text.ts'
