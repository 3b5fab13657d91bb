import type { ChannelService } from '#runtime/channel/shell/start-channel.ts'
import { crmVendors } from './core/vendors.ts'
import { topology } from './topology.ts'

/**
 * raw record → decode → normalise (`vendors`) → validate → screen → de-identify → route → produce (profile.log, deadletter) → commit.
 * The steps are the same in every channel and stand in `runtime/channel/shell/channel-handler.ts`.
 */
export const pipeline: ChannelService = {
  channel: 'crm',
  vendors: crmVendors,
  topology,
}
