import { readFileSync } from 'node:fs'

/** Every Avro schema of ours, with the topics whose values it describes. */
export const avroSchemas = {
  'internal/frame': { topics: ['profile.log'] },
  'internal/links-record': { topics: ['identity.links'] },
  'internal/suppression': { topics: ['identity.suppressions'] },
  'internal/data-key': { topics: ['privacy.keys'] },
  'internal/expiry': { topics: ['identity.expiries'] },
  'public/dead-letter': { topics: ['deadletter'] },
  'public/segment-transition': { topics: ['profile.segments'] },
  'public/identity-decision': { topics: ['identity.decisions'] },
  'public/drift-alert': { topics: ['drift.alerts'] },
  'channels/channel-event': { topics: ['channel.email', 'channel.web', 'channel.crm'] },
} as const satisfies Record<string, { readonly topics: readonly string[] }>

export type AvroSchemaName = keyof typeof avroSchemas

/** The text of a schema file, as it is registered. */
export const avroSchemaText = (name: AvroSchemaName): string =>
  readFileSync(new URL(`./${name}.avsc`, import.meta.url), 'utf8')
