import {
  clickhouseVariables,
  commonVariables,
  createServiceConfig,
  integer,
  kafkaCredentialsRule,
  kafkaVariables,
  registryCredentialsRule,
  registryVariables,
} from '#runtime/config/index.ts'

export const driftVariables = {
  ...commonVariables,
  ...kafkaVariables,
  ...registryVariables,
  ...clickhouseVariables,
  delayMs: integer(
    'TRIBUTARY_DRIFT_DELAY_MS',
    'From the end of a window to its run: what was received in it has come to ClickHouse by then. Beyond an hour the run sorts through profile_history',
    { fallback: '600000', min: 0, max: 86_400_000 },
  ),
  catchUpMax: integer(
    'TRIBUTARY_DRIFT_CATCH_UP',
    'Windows that are made up for after a pause; older ones are left out',
    { fallback: '28', min: 1, max: 1000 },
  ),
  retryMs: integer(
    'TRIBUTARY_DRIFT_RETRY_MS',
    'Pause after a run that could not be made before it is tried again',
    { fallback: '30000', min: 10, max: 3_600_000 },
  ),
}

/** It needs no installation key: it sees counts only. */
export const driftConfig = createServiceConfig(driftVariables, [
  kafkaCredentialsRule,
  registryCredentialsRule,
])
