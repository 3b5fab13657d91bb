import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Tally } from '#runtime/channel/core/outcome.ts'
import { plainSource } from '#runtime/channel/core/settings.ts'
import type { Vendor } from '#runtime/channel/core/source.ts'
import { createNormaliser } from '#runtime/channel/shell/create-normaliser.ts'
import { identitySchema } from '#runtime/definition/schema.ts'
import { epochMs } from '#runtime/event/ids.ts'
import type { Channel } from '#runtime/event/vocabulary.ts'

/** The identity part with the types that vendors' payloads carry. */
export const testIdentity = identitySchema.parse({
  priority: ['crm_id', 'user_id', 'loyalty_card', 'email', 'phone', 'anonymous_id'],
})

const fixtureSchema = z.object({
  provenance: z.string(),
  documented: z.array(z.string()).optional(),
  received_at: z.string(),
  record: z.unknown(),
})

export type Fixture = Omit<z.infer<typeof fixtureSchema>, 'provenance'>

export const readFixture = (file: URL): Fixture =>
  fixtureSchema.parse(JSON.parse(readFileSync(file, 'utf8')))

/** One line per event, short enough to be read: what the vendor said, in our words. */
export function describeOutcomes(
  { record, received_at }: Fixture,
  channel: Channel,
  vendors: readonly Vendor[],
  vendor: string,
  tally?: Tally,
): readonly string[] {
  const normaliser = createNormaliser({
    vendors,
    definition: { identity: testIdentity },
    ...(tally === undefined ? {} : { tally }),
  })
  return normaliser
    .normalise(record, plainSource(channel, vendor), epochMs(Date.parse(received_at)))
    .map((outcome) => {
      if (outcome.outcome !== 'ok') return `${outcome.outcome} ${outcome.reason}: ${outcome.detail}`
      const { event } = outcome
      const identifiers = event.identifiers.map(
        ({ type, value, blocked }) => `${type}=${value}${blocked === null ? '' : ` [${blocked}]`}`,
      )
      const parts = [
        event.type,
        new Date(event.occurredAt).toISOString(),
        event.eventId,
        identifiers.join(' '),
        ...(event.machine === null ? [] : [`machine ${event.machine}`]),
        ...Object.entries(event.traits).map(([name, value]) => `trait ${name}=${String(value)}`),
        ...Object.entries(event.consent).map(([purpose, state]) => `${purpose} ${state}`),
        JSON.stringify(event.properties),
      ]
      return parts.join(' | ')
    })
}
