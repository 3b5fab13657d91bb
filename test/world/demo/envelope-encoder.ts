import { readFileSync } from 'node:fs'
import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import avsc from 'avsc'
import { z } from 'zod'
import type { EncodeEnvelope, Envelope } from '../payloads/envelope.ts'
import { checkout } from './directory.ts'

const schemaJson = z.custom<avsc.Schema>((value) => typeof value === 'object')
const schemaFile = `${checkout}/schemas/avro/channels/channel-event.avsc`

/**
 * Registers our own envelope as a company's producer would, and encodes in the Confluent wire format: 0, schema id, Avro. With the name of a
 * field that we do not know it is a later version of the company's own, under an id of its own.
 */
export async function registerEnvelope(
  registryUrl: string,
  topic: string,
  unknownField: string | null = null,
): Promise<EncodeEnvelope> {
  const schema = withField(readFileSync(schemaFile, 'utf8'), unknownField)
  const registry = new SchemaRegistry({ host: registryUrl })
  const { id } = await registry.register(
    { type: SchemaType.AVRO, schema },
    { subject: `${topic}-value` },
  )
  // Wrapped, since a long and a double can't be told apart by their value.
  const type = avsc.Type.forSchema(schemaJson.parse(JSON.parse(schema)), { wrapUnions: 'always' })
  const header = Buffer.alloc(5)
  header.writeUInt32BE(id, 1)
  return (envelope) => Buffer.concat([header, type.toBuffer(wrapped(envelope))])
}

function withField(schema: string, name: string | null): string {
  if (name === null) return schema
  const record = z.looseObject({ fields: z.array(z.unknown()) }).parse(JSON.parse(schema))
  const field = { name, type: ['null', 'string'], default: null }
  return JSON.stringify({ ...record, fields: [...record.fields, field] })
}

const value = (one: string | number | boolean): object =>
  typeof one === 'string'
    ? { string: one }
    : typeof one === 'number'
      ? { double: one }
      : { boolean: one }

function wrapped(envelope: Envelope): object {
  return {
    event_id: { string: envelope.event_id },
    source: envelope.source,
    type: envelope.type,
    occurred_at: envelope.occurred_at,
    identifiers: envelope.identifiers,
    traits: {},
    consent: {},
    properties: Object.fromEntries(
      Object.entries(envelope.properties).map(([name, one]) => [name, value(one)]),
    ),
  }
}
