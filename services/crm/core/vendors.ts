import { envelope } from '#runtime/channel/core/envelope/envelope.ts'
import { importRow } from '#runtime/channel/core/envelope/import-row.ts'
import { mapped } from '#runtime/channel/core/map/mapped.ts'
import type { Vendor } from '#runtime/channel/core/source.ts'
import { braze } from './braze.ts'
import { customerio } from './customerio.ts'
import { debezium } from './debezium.ts'
import { hubspot } from './hubspot.ts'
import { salesforce } from './salesforce.ts'

/** Whom the crm channel understands. The order is that of detection: the most telling first. */
export const crmVendors: readonly Vendor[] = [
  hubspot,
  salesforce,
  debezium,
  customerio,
  braze,
  envelope,
  mapped,
  importRow,
]
