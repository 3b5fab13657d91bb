import {
  checkpointDirectoryRule,
  checkpointRule,
  checkpointVariables,
  clickhouseVariables,
  commonVariables,
  consumerVariables,
  createServiceConfig,
  generationVariables,
  heartbeatRule,
  integer,
  kafkaCredentialsRule,
  kafkaVariables,
  optionalText,
  registryCredentialsRule,
  registryVariables,
  rewritingVariables,
  stateDirectoryRule,
  stateVariables,
} from '#runtime/config/index.ts'
import { seeingVariables } from '#runtime/stages/index.ts'

export const identityVariables = {
  ...commonVariables,
  ...kafkaVariables,
  ...consumerVariables,
  ...registryVariables,
  ...clickhouseVariables,
  ...stateVariables,
  ...rewritingVariables,
  ...checkpointVariables,
  ...generationVariables,
  ...seeingVariables,
  hotMax: integer(
    'TRIBUTARY_IDENTITY_HOT_MAX',
    'Decoded identifiers, and as many components and links, that the linker keeps in memory',
    { fallback: '200000', min: 1000, max: 10_000_000 },
  ),
  effectsPerFlushMax: integer(
    'TRIBUTARY_IDENTITY_EFFECTS_PER_FLUSH',
    'Effects after which a flush ends within a batch: what a flush holds in memory',
    { fallback: '20000', min: 100, max: 1_000_000 },
  ),
  behindMin: integer(
    'TRIBUTARY_IDENTITY_BEHIND_MIN',
    'Records before the end of identity.links from which on the linker counts as far behind and commits its state seldom',
    { fallback: '50000', min: 1000, max: 1_000_000_000 },
  ),
  perCommitMax: integer(
    'TRIBUTARY_IDENTITY_RECORDS_PER_COMMIT',
    'Records and effects of one transaction while the linker is far behind: what it holds in memory, and does again after a crash',
    { fallback: '200000', min: 1000, max: 10_000_000 },
  ),
  faultAt: optionalText(
    'TRIBUTARY_FAULT_AT',
    'For tests: flush:<step>:<nth> ends the process before that step of the nth flush',
  ),
}

/** The linker's configuration. It needs no installation key: it sees pseudonyms only. */
export const identityConfig = createServiceConfig(
  identityVariables,
  [heartbeatRule, kafkaCredentialsRule, registryCredentialsRule, checkpointRule],
  [stateDirectoryRule, checkpointDirectoryRule],
)
