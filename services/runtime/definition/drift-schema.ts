import { z } from 'zod'
import { durationSchema, textSchema } from './schema-parts.ts'

/** What the drift monitor watches. The kind says what to do about it, and who is told. */
export const driftKinds = [
  'feature',
  'trait',
  'volume',
  'freshness',
  'lag',
  'nulls',
  'machines',
  'schema',
  'segment',
  'identity',
  'dead_letters',
  'consent',
  'rule',
] as const

export const driftSchema = z
  .strictObject({
    window: durationSchema
      .default('1d')
      .describe('How much a run of the drift monitor looks at, and how often it runs'),
    owner: textSchema.default('on-call').describe('Who is told of what nobody else is named for'),
    owners: z
      .partialRecord(z.enum(driftKinds), textSchema)
      .default({})
      .describe('Kind of subject → who is told. Of a segment and its rule: its own owner'),
  })
  .prefault({})
  .describe('What the drift monitor does and whom it tells')
