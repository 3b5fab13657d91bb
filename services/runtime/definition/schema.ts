import { z } from 'zod'
import { groupMinDefault } from '../groups/index.ts'
import { driftSchema } from './drift-schema.ts'
import { emailSettings } from './email-schema.ts'
import { featureKinds } from './feature-kinds.ts'
import { keepSchema, keptPropertySchema } from './keep-schema.ts'
import { machinesSchema } from './machines-schema.ts'
import { mapSchema } from './map-schema.ts'
import {
  currencySchema,
  durationSchema,
  identityCapMax,
  nameSchema,
  textSchema,
  zoneSchema,
} from './schema-parts.ts'

/** The vendors of each channel. */
export const vendorsByChannel = {
  email: [
    'sendgrid',
    'mailgun',
    'postmark',
    'ses',
    'mailjet',
    'sparkpost',
    'brevo',
    'mandrill',
    'resend',
  ],
  web: ['segment', 'rudderstack', 'snowplow'],
  crm: ['hubspot', 'salesforce', 'debezium', 'customerio', 'braze'],
} as const

/**
 * What may stand as `source`. `tributary` is our own envelope, `mapped` any record with a map; with `detect`, each record's own shape (or
 * its header `tributary-source`) says whose it is.
 */
export const sourceNames = [
  'tributary',
  'mapped',
  'detect',
  ...vendorsByChannel.email,
  ...vendorsByChannel.web,
  ...vendorsByChannel.crm,
] as const

const purposeName = nameSchema

const sourceSchema = z
  .strictObject({
    channel: z.enum(['email', 'web', 'crm']),
    topics: z.array(z.string().min(1)).min(1).describe('Topic names; /…/ is a pattern over names'),
    format: z
      .enum(['avro', 'json', 'csv', 'text'])
      .describe('`text`: what a vendor writes that is neither (Snowplow, Mandrill)'),
    source: z.enum(sourceNames),
    name: nameSchema
      .optional()
      .describe(
        'Scope of its event ids and its place in the source priority (default: `source`, or the name in the map)',
      ),
    map: mapSchema
      .optional()
      .describe('For `source: mapped`, and for the rows of `debezium`: which field is what'),
    time_zone: zoneSchema
      .default('UTC')
      .describe('IANA zone of times that the source writes without an offset'),
    phone_region: z
      .string()
      .regex(/^[A-Z]{2}$/, 'an ISO 3166 country such as DE')
      .optional()
      .describe('Country of phone numbers without a country code; without it they are no evidence'),
    consent_purposes: z
      .record(z.string().min(1), purposeName)
      .default({})
      .describe(
        "The source's consent category → purpose. A category that is not listed is a purpose itself.",
      ),
    basis: z
      .record(purposeName, textSchema)
      .default({})
      .describe(
        'Purpose → the legal basis stated for people who have not answered. An answer always wins.',
      ),
    party: z.enum(['first', 'third']).default('first'),
    trait_kind: z.enum(['declared', 'observed', 'inferred']).default('observed'),
    event_ids: z
      .strictObject({
        content_hash: z
          .boolean()
          .describe(
            'Without an id of its own an event gets a hash of its content, so that a resend counts once',
          ),
      })
      .default({ content_hash: true }),
  })
  .describe('Where events come from. Earlier sources win when two give a trait of the same kind.')

const identifierTypeName = nameSchema

const automaticBlock = z.string().regex(/^([1-9]\d{0,3} per [1-9]\d*[smhd]|none)$/, {
  error: 'profiles in a time, such as "200 per 30d", or none',
})

export const identitySchema = z.strictObject({
  priority: z
    .array(identifierTypeName)
    .min(1)
    .default(['crm_id', 'user_id', 'email', 'phone', 'anonymous_id'])
    .describe('Best first: an event belongs to its best identifier. Fixed within a generation.'),
  types: z
    .record(
      identifierTypeName,
      z.strictObject({
        unique: z.boolean().optional().describe('Two values never share a profile'),
        device: z
          .boolean()
          .optional()
          .describe(
            'A browser or machine: seen with a second value of a unique type it is ambiguous, no evidence any more',
          ),
        limit: z
          .union([z.int().min(1), z.string().regex(/^([1-9]\d*( per [1-9]\d*[smhd])?|none)$/)])
          .optional()
          .describe('Values of this type in one profile: 5, "100 per 30d", or none'),
        automatic_block: automaticBlock
          .optional()
          .describe('As identity.automatic_block, for this type alone; a unique type has none'),
        blocked: z
          .array(z.string().min(1))
          .default([])
          .describe(
            'Values, or /patterns/, that are no evidence: junk. Fixed within a generation.',
          ),
        ...emailSettings,
      }),
    )
    .default({}),
  // Files of older releases say up to 100,000 and must still be read: checkNew refuses more, identityPolicy holds them to it.
  cap: z.int().min(2).max(100_000).default(1000).meta({
    description: 'Identifiers in one profile: an operation on a whole profile is one record',
    maximum: identityCapMax,
  }),
  link_lifetime: durationSchema
    .optional()
    .describe(
      'A link that no event has confirmed for so long is forgotten, and what only it held together parts; without it a link holds for ever',
    ),
  automatic_block: automaticBlock
    .default('200 per 30d')
    .describe(
      'A value that links more profiles than this is no evidence any more: nobody meets so many, a till or a placeholder does. "N per window", or none',
    ),
  authoritative: z
    .array(z.enum(['contact_merged', 'aliased', 'operator']))
    .default(['contact_merged', 'aliased', 'operator'])
    .describe('What may join two values of a unique type'),
})

const traitSchema = z.strictObject({
  name: nameSchema,
  type: z.enum(['string', 'number', 'boolean']),
  purpose: purposeName,
  from: z
    .array(z.string().min(1))
    .optional()
    .describe('Names that the sources use for it (default: its own)'),
  max_age: durationSchema.optional().describe('Older reads as stale: unknown in segments'),
  third_party: z.boolean().default(false).describe('Values of third-party sources count'),
  keep: keepSchema.optional(),
  description: textSchema,
})

const fourNumbers = z.array(z.number()).length(4)

const cutsSchema = z
  .strictObject({
    recency: z
      .array(durationSchema)
      .length(4)
      .optional()
      .describe('Up to the first: 5; beyond the last: 1 (default 30d, 90d, 180d, 365d)'),
    frequency: fourNumbers
      .optional()
      .describe('Below the first: 1; from the last on: 5 (default 2, 3, 5, 10)'),
    monetary: fourNumbers
      .optional()
      .describe('Below the first: 1; from the last on: 5 (default 50, 100, 250, 500)'),
  })
  .describe('Of an rfm: where its scores from 1 to 5 begin')

const featureSchema = z.strictObject({
  name: nameSchema,
  kind: z.enum(featureKinds),
  events: z
    .array(z.string().min(1))
    .default([])
    .describe('Types of the vocabulary, or custom:<name>; derived kinds have none'),
  where: z
    .string()
    .min(1)
    .optional()
    .describe(
      'CEL over type, channel, source, properties.x, traits.x; comparisons with what is missing are false',
    ),
  value: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Path of the number or value: `properties.total`, or shorter `total`; also source, channel, type, traits.x',
    ),
  key: z.string().min(1).optional().describe('Path of the key of a decayed_topk'),
  half_life: durationSchema.optional(),
  window: durationSchema
    .optional()
    .describe(
      'Whole hours (up to 168h) or whole days of time_zone (up to 400d), the present one included',
    ),
  k: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe('Entries of a decayed_topk that are shown (default 10)'),
  currency: currencySchema
    .optional()
    .describe('The value is money of this ISO 4217 currency; other currencies are left out'),
  numerator: nameSchema.optional().describe('Of a ratio: a feature'),
  denominator: nameSchema.optional().describe('Of a ratio: a feature; 0 or missing makes it null'),
  formula: z
    .string()
    .min(1)
    .optional()
    .describe('Of an expression: CEL over other features, a + b, a > 1.0 ? b : c, min(a, b)'),
  of: nameSchema.optional().describe('Of an affinity: a decayed_topk'),
  recency: nameSchema.optional().describe('Of an rfm: a last_seen'),
  frequency: nameSchema.optional().describe('Of an rfm: a count or a window_count'),
  monetary: nameSchema.optional().describe('Of an rfm: a sum or a window_sum'),
  cuts: cutsSchema.optional(),
  include_machine: z
    .boolean()
    .default(false)
    .describe('Count events made by machines (bots, mail scanners) too'),
  purpose: purposeName,
  max_age: durationSchema.optional().describe('Older reads as stale: unknown in segments'),
  unit: textSchema.optional().describe('What the value is counted in, for people'),
  description: textSchema,
})

const metricSchema = z.strictObject({
  event: z.string().min(1),
  aggregation: z.enum(['count', 'sum', 'rate']),
  value: z.string().min(1).optional().describe('Path, for a sum'),
  window: durationSchema,
  direction: z.enum(['up', 'down']),
})

const segmentSchema = z.strictObject({
  name: nameSchema,
  description: textSchema,
  owner: textSchema.describe('Who answers for it'),
  objective: textSchema.describe('What it is for, in words of the business'),
  success_metric: metricSchema,
  review_by: z.iso
    .date('a date such as 2027-03-31')
    .describe('When somebody decides whether it stays'),
  enter: z.string().min(1).describe('CEL over features, traits.x and now'),
  exit: z
    .string()
    .min(1)
    .optional()
    .describe('CEL; without it members leave as soon as `enter` no longer holds'),
  min_stay: durationSchema.optional(),
  priority: z.int().min(0).max(10_000).default(100).describe('Lowest first'),
  group: nameSchema.optional().describe('Of the segments of a group a profile is in at most one'),
  purpose: purposeName,
})

/** The pipeline file: the one validator, from which its JSON Schema is generated. Rules across fields are in `rules/`. */
export const pipelineSchema = z.strictObject({
  time_zone: zoneSchema.default('UTC').describe('Calendar windows and weekdays'),
  purposes: z
    .record(purposeName, textSchema)
    .describe('Purpose → what people are told about it. Features, traits and segments name one.'),
  sources: z.array(sourceSchema).min(1),
  identity: identitySchema.prefault({}),
  machines: machinesSchema.prefault({}),
  traits: z.array(traitSchema).default([]),
  features: z.array(featureSchema).default([]),
  segments: z.array(segmentSchema).default([]),
  keep: z
    .strictObject({
      properties: z
        .array(keptPropertySchema)
        .default([])
        .describe('Paths kept though no rule reads them'),
    })
    .prefault({}),
  sensitive: z
    .array(z.string().trim().min(1).max(200))
    .max(500)
    .default([])
    .describe(
      'Names of fields, or /patterns/ over names, that no profile may hold, beside the built-in list: channels drop them',
    ),
  consent: z.looseObject({}).prefault({}).describe('Reserved for rules of consent'),
  retention: z
    .strictObject({
      events: durationSchema.optional(),
      profile_history: durationSchema.optional(),
      segment_transitions: durationSchema.optional(),
      consent_history: durationSchema.optional(),
      identity_decisions: durationSchema.optional(),
      dead_letters: durationSchema.optional(),
      audit_log: durationSchema.optional(),
      rebuild_loses: z
        .array(nameSchema)
        .default([])
        .describe('Features of which a rebuild may lose what is older than `events`'),
    })
    .prefault({})
    .describe('How long the tables keep rows; a table that is not named keeps them for ever'),
  expire: z
    .strictObject({
      anonymous: durationSchema
        .optional()
        .describe('Silence, by the time of receipt, after which such a profile ends'),
      types: z
        .array(z.string())
        .min(1)
        .optional()
        .describe('Identifier types that name nobody; left out: anonymous_id'),
    })
    .prefault({})
    .describe('Profiles all of whose identifiers name nobody end after so long a silence'),
  privacy: z
    .strictObject({
      min_group: z
        .int()
        .min(groupMinDefault)
        .max(1_000_000)
        .default(groupMinDefault)
        .describe(
          'Sizes of segments and groups of people below this are shown as "<10", and so few are exported by an audited exception alone',
        ),
      reason: z
        .enum(['optional', 'required'])
        .default('optional')
        .describe(
          'Whether identity split, unsplit and merge, privacy access and privacy erase insist on --reason',
        ),
    })
    .prefault({})
    .describe('That nobody is singled out, and that it is known why somebody was'),
  drift: driftSchema,
})

/** Identifier types that name nobody, unless `expire.types` says otherwise. */
export const anonymousTypes: readonly string[] = ['anonymous_id']

export type PipelineDefinition = z.infer<typeof pipelineSchema>
export type SourceDefinition = PipelineDefinition['sources'][number]
export type FeatureDefinition = PipelineDefinition['features'][number]
export type SegmentDefinition = PipelineDefinition['segments'][number]
export type TraitDefinition = PipelineDefinition['traits'][number]
export type IdentityDefinition = z.infer<typeof identitySchema>
