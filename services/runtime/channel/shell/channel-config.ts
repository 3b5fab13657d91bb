import {
  commonVariables,
  type ConfigOf,
  consumerVariables,
  dataKeyVariables,
  heartbeatRule,
  integer,
  kafkaCredentialsRule,
  kafkaVariables,
  keyRule,
  keysOpenRule,
  keyVariables,
  masterKeyRule,
  optionalText,
  type Rule,
  registryCredentialsRule,
  registryVariables,
  stateDirectoryRule,
  stateVariables,
} from '../../config/index.ts'
import { seeingAloneVariables } from '../../stages/index.ts'

/** The configuration of every channel service. State is only a memory of schemas: it may be lost. */
export const channelVariables = {
  ...commonVariables,
  ...kafkaVariables,
  ...consumerVariables,
  ...registryVariables,
  ...keyVariables,
  ...dataKeyVariables,
  ...stateVariables,
  ...seeingAloneVariables,
  suppressionsMax: integer(
    'TRIBUTARY_SUPPRESSIONS_MAX',
    'Erased identifiers that the channel keeps in memory, some 120 bytes each; beyond it the channel ends with an error, since it may forget none',
    // A map of JavaScript ends at 2^24 entries.
    { fallback: '1000000', min: 1, max: 16_000_000 },
  ),
  faultAt: optionalText(
    'TRIBUTARY_FAULT_AT',
    'For tests: `channel:<produce|commit>:<n>` kills the process before that step of the n-th batch',
  ),
}

export type ChannelConfig = ConfigOf<typeof channelVariables>

const faultPattern = /^channel:(produce|commit):([1-9]\d*)$/

const faultRule: Rule<{ readonly faultAt: string | null }> = ({ faultAt }) =>
  faultAt === null || !faultAt.startsWith('channel:') || faultPattern.test(faultAt)
    ? null
    : `TRIBUTARY_FAULT_AT is ${faultAt}; a channel knows channel:produce:<n> and channel:commit:<n>`

export const channelRules = [
  heartbeatRule,
  kafkaCredentialsRule,
  registryCredentialsRule,
  keyRule,
  masterKeyRule,
  faultRule,
] as const satisfies readonly Rule<ChannelConfig>[]

/** Rules that look at files, for `--check-config`. */
export const channelOpeningRules = [keysOpenRule, stateDirectoryRule] as const

/** Called before each step; `kill` must not return. Faults of other services are none of ours. */
export function createFault(
  faultAt: string | null,
  kill: () => void,
): (step: 'produce' | 'commit') => void {
  const match = faultPattern.exec(faultAt ?? '')
  if (!match) return () => {}
  let left = Number(match[2])
  return (step) => {
    if (step !== match[1]) return
    left -= 1
    if (left === 0) kill()
  }
}
