import { createServiceConfig } from '#runtime/config/index.ts'
import {
  channelOpeningRules,
  channelRules,
  channelVariables,
} from '#runtime/channel/shell/channel-config.ts'

/** The crm service has no settings of its own. */
export const config = createServiceConfig(channelVariables, channelRules, channelOpeningRules)
