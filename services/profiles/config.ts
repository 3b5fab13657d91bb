import {
  checkpointDirectoryRule,
  checkpointRule,
  checkpointVariables,
  clickhouseVariables,
  commonVariables,
  type ConfigOf,
  consumerVariables,
  createServiceConfig,
  flag,
  generationVariables,
  heartbeatRule,
  integer,
  kafkaCredentialsRule,
  kafkaVariables,
  keyRule,
  keysOpenRule,
  keyVariables,
  masterKeyRule,
  masterKeyVariables,
  optionalText,
  registryCredentialsRule,
  registryVariables,
  rewritingVariables,
  type Rule,
  stateDirectoryRule,
  stateVariables,
} from '#runtime/config/index.ts'
import { isFaultPoint } from '#runtime/lifecycle/index.ts'
import { seeingVariables } from '#runtime/stages/index.ts'

export const profilesVariables = {
  ...commonVariables,
  ...kafkaVariables,
  ...consumerVariables,
  ...registryVariables,
  ...clickhouseVariables,
  ...keyVariables,
  ...masterKeyVariables,
  ...stateVariables,
  ...rewritingVariables,
  ...checkpointVariables,
  ...generationVariables,
  ...seeingVariables,
  hotMax: integer(
    'TRIBUTARY_HOT_MAX',
    'Fragments, and as many profiles, that are kept decoded per partition; about 2 KiB each',
    { fallback: '50000', min: 100, max: 10_000_000 },
  ),
  storeIntervalMs: integer(
    'TRIBUTARY_STORE_INTERVAL_MS',
    'Longest time between the beginnings of two stores, in milliseconds, while rows gather; with less than 2,000 messages a second it is shorter, with more than 7,500 up to three times as long, behind a backlog up to five times. 0: as soon as the last store is done',
    { fallback: '1000', min: 0, max: 10_000 },
  ),
  notify: flag(
    'TRIBUTARY_NOTIFY',
    'Also publish transitions that an import or a new definition caused',
    { fallback: 'false' },
  ),
  faultAt: optionalText(
    'TRIBUTARY_FAULT_AT',
    'For tests: `flush:<step 1 to 5>:<n>` kills the process before that step of the n-th flush',
  ),
}

export type ProfilesConfig = ConfigOf<typeof profilesVariables>

const faultRule: Rule<{ readonly faultAt: string | null }> = ({ faultAt }) =>
  faultAt === null || !faultAt.startsWith('flush:') || isFaultPoint(faultAt)
    ? null
    : `TRIBUTARY_FAULT_AT is ${faultAt}; profiles knows flush:<step 1 to 5>:<n>`

export const config = createServiceConfig(
  profilesVariables,
  [
    heartbeatRule,
    kafkaCredentialsRule,
    registryCredentialsRule,
    keyRule,
    masterKeyRule,
    checkpointRule,
    faultRule,
  ],
  [keysOpenRule, stateDirectoryRule, checkpointDirectoryRule],
)
