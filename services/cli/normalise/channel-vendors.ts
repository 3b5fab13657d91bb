import type { Vendor } from '#runtime/channel/core/source.ts'
import type { Channel } from '#runtime/event/vocabulary.ts'
import { crmVendors } from '../../crm/core/vendors.ts'
import { emailVendors } from '../../email/core/vendors.ts'
import { webVendors } from '../../web/core/vendors.ts'

/** The normalisers that the services of the three channels run. */
export const channelVendors: Readonly<Record<Channel, readonly Vendor[]>> = {
  email: emailVendors,
  web: webVendors,
  crm: crmVendors,
}
