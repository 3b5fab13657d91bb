import { z } from 'zod'
import { scalarSchema, zoneSchema } from './schema-parts.ts'

/**
 * Where a value lies in a record: names joined by dots, digits for a place in a list (`lines.0.sku`). A name that is itself a key
 * of the record wins over the dotted reading, so that a CSV column called `order.total` is reached as it is written.
 */
export const pathSchema = z
  .string()
  .min(1)
  .max(200)
  .describe('Path into the record: names joined by dots, digits for a place in a list')

const constant = z.strictObject({ const: scalarSchema })

const typeSchema = z
  .union([
    pathSchema,
    z.strictObject({ const: z.string().min(1) }),
    z.strictObject({
      field: pathSchema,
      table: z
        .record(z.string(), z.string())
        .describe("The record's value → event type of the vocabulary"),
    }),
  ])
  .describe(
    'Event type: a path whose value already is one, a constant, or a table. A value outside the table is kept as custom:<value>.',
  )

const timeSchema = z.strictObject({
  path: pathSchema,
  format: z
    .string()
    .min(1)
    .describe(
      'iso, seconds, milliseconds, microseconds, nanoseconds, yyyymmdd, or a Luxon pattern such as "dd.MM.yyyy HH:mm:ss"',
    ),
  zone: zoneSchema
    .optional()
    .describe("IANA zone of times that carry none of their own (default: the source's)"),
})

const consentValue = z.enum(['granted', 'denied'])
const consentSchema = z.union([
  pathSchema.describe(
    'granted, true, yes, y, 1 and denied, false, no, n, 0 in any case; anything else: no answer',
  ),
  z.strictObject({ const: consentValue }),
  z.strictObject({ path: pathSchema, table: z.record(z.string(), consentValue) }),
])

const valueType = z.enum(['string', 'number', 'boolean'])
const propertySchema = z.union([
  pathSchema,
  constant,
  z.strictObject({
    path: pathSchema,
    type: valueType.optional().describe('Read text (a CSV cell, say) as this type'),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .optional()
      .describe(
        'ISO 4217: this property is money; the event gets a property `currency` with it, if it has none',
      ),
  }),
])
const traitSchema = z.union([
  pathSchema,
  constant,
  z.strictObject({ path: pathSchema, type: valueType.optional() }),
])

/** How a company's own record becomes canonical events: the `map` of a mapped source, and the file that `import --map` takes. */
export const mapSchema = z.strictObject({
  source: z
    .string()
    .regex(/^[a-z][a-z0-9_]*$/)
    .optional()
    .describe(
      'Name of the source: the scope of its event ids, and its place in the source priority',
    ),
  channel: z
    .enum(['email', 'web', 'crm'])
    .optional()
    .describe('For imports; a source states its own'),
  records: pathSchema
    .optional()
    .describe('Path to a list inside the record: each entry is an event; paths start at the entry'),
  delimiter: z
    .string()
    .min(1)
    .max(10)
    .optional()
    .describe('Of a CSV: a character, or `whitespace` for runs of blanks (default a comma)'),
  columns: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('Names of the columns of a CSV without a header line'),
  event_id: pathSchema
    .optional()
    .describe('Without it: a content hash (a source), or file hash and row number (an import)'),
  type: typeSchema,
  occurred_at: timeSchema
    .optional()
    .describe('Only `debezium` may go without: its records carry the time of the change'),
  identifiers: z.array(z.strictObject({ type: z.string().min(1), path: pathSchema })).min(1),
  traits: z.record(z.string(), traitSchema).default({}),
  consent: z.record(z.string(), consentSchema).default({}),
  basis: z
    .record(z.string(), z.string().min(1))
    .default({})
    .describe('Purpose → the legal basis that the company states for people who have not answered'),
  properties: z.record(z.string(), propertySchema).default({}),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .optional()
    .describe('ISO 4217: property `currency` of every event that has none'),
})

export type SourceMap = z.infer<typeof mapSchema>
export type PropertyMapping = z.infer<typeof propertySchema>
export type TraitMapping = z.infer<typeof traitSchema>
export type ConsentMapping = z.infer<typeof consentSchema>
