import { envelope } from '#runtime/channel/core/envelope/envelope.ts'
import { importRow } from '#runtime/channel/core/envelope/import-row.ts'
import { mapped } from '#runtime/channel/core/map/mapped.ts'
import type { Vendor } from '#runtime/channel/core/source.ts'
import { rudderstack } from './rudderstack.ts'
import { snowplow } from './snowplow.ts'
import { segment } from './segment.ts'

/** Whom the web channel understands. The order is that of detection: the most telling first. */
export const webVendors: readonly Vendor[] = [
  snowplow,
  rudderstack,
  segment,
  envelope,
  mapped,
  importRow,
]
