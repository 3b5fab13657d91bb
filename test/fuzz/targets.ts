import { envelope } from '#runtime/channel/core/envelope/envelope.ts'
import { compileMap } from '#runtime/channel/core/map/compile-map.ts'
import { mapped } from '#runtime/channel/core/map/mapped.ts'
import { plainSource } from '#runtime/channel/core/settings.ts'
import { mapSchema } from '#runtime/definition/map-schema.ts'
import { channels } from '#runtime/event/vocabulary.ts'
import { channelVendors } from '../../services/cli/normalise/channel-vendors.ts'
import type { FuzzTarget } from '../support/channel/fuzz.ts'
import { readFixture } from '../support/channel/golden.ts'

const services = new URL('../../services/', import.meta.url)

const till = mapSchema.parse({
  source: 'till',
  records: 'receipts',
  event_id: 'receipt_no',
  type: { field: 'kind', table: { sale: 'order_completed', return: 'order_refunded' } },
  occurred_at: { path: 'booked_at', format: 'yyyy-MM-dd HH:mm:ss', zone: 'Europe/Berlin' },
  identifiers: [
    { type: 'loyalty_card', path: 'card' },
    { type: 'email', path: 'receipt_email' },
  ],
  traits: { favourite_store: 'store', plan: { path: 'department', type: 'string' } },
  consent: { email_marketing: 'newsletter' },
  properties: {
    order_id: 'receipt_no',
    total: { path: 'amount', type: 'number', currency: 'EUR' },
    quantity: { path: 'items', type: 'number' },
    lines: 'lines',
  },
})

/** Records of no vendor: our own envelope, and whatever a map reads. */
export const ownTargets: readonly FuzzTarget[] = [
  {
    channel: 'crm',
    vendors: [envelope],
    vendor: 'tributary',
    fixture: readFixture(new URL('runtime/channel/core/envelope/fixtures/envelope.json', services)),
  },
  {
    channel: 'crm',
    vendors: [mapped],
    vendor: 'mapped',
    source: { ...plainSource('crm', 'mapped', 'till'), map: compileMap(till) },
    fixture: readFixture(new URL('runtime/channel/core/map/fixtures/mapped.json', services)),
  },
]

/** Every vendor of every channel, with the fixture that stands beside its normaliser. */
export const vendorTargets = (): readonly FuzzTarget[] =>
  channels.flatMap((channel) =>
    channelVendors[channel]
      .filter(({ catalogue }) => catalogue !== undefined)
      .map(({ name }) => ({
        channel,
        vendors: channelVendors[channel],
        vendor: name,
        fixture: readFixture(new URL(`${channel}/core/fixtures/${name}.json`, services)),
      })),
  )
