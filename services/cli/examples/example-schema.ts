import { z } from 'zod'
import type { TransitionCause } from '#schemas/clickhouse/rows.ts'
import { exampleTime, spanMs } from './times.ts'

/** Of an example: nothing offline comes of operators, imports or another definition. */
const causes = [
  'event',
  'timer',
  'merge',
  'split',
  'consent',
  'expiry',
] as const satisfies readonly TransitionCause[]

const time = z
  .string()
  .refine(
    (text) => exampleTime(text, 0) !== undefined,
    'a time after the start (4h, 90d1s) or ISO 8601',
  )
  .describe('After the start of the test: 4h, 90d1s, 0s; or ISO 8601')
const span = z
  .string()
  .refine((text) => (spanMs(text) ?? 0) > 0, 'a span of time: 30m, 2h, 1d12h')
  .describe('A span of time: 30m, 2h, 1d12h')

const who = z
  .record(z.string(), z.union([z.string(), z.array(z.string())]))
  .refine((map) => Object.keys(map).length > 0, 'names nobody')
  .describe('Identifiers in clear: type to value')

const event = z.strictObject({
  at: time,
  every: span.optional().describe('Happens again after so long'),
  times: z.int().min(1).max(10_000).optional().describe('How often in all; with `every`'),
  type: z.string().min(1).describe('Of the vocabulary, or custom:<name>'),
  id: z.string().min(1).optional().describe('Left out: each event has one of its own'),
  identifiers: who.optional().describe("Left out: the test's `who`"),
  received_at: time.optional().describe('Of a late event; left out: when it happened'),
  channel: z.enum(['email', 'web', 'crm']).optional(),
  source: z.string().min(1).optional().describe('Of the pipeline file: its basis, its traits'),
  traits: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  consent: z
    .record(z.string(), z.union([z.string(), z.boolean()]))
    .optional()
    .describe('Purpose to granted or denied'),
  properties: z.record(z.string(), z.json()).optional(),
})

const expected = z
  .union([
    z.null(),
    z.boolean(),
    z.number(),
    z.string(),
    z.array(z.union([z.string(), z.tuple([z.string(), z.union([z.number(), z.string()])])])),
  ])
  .describe(
    'A value; null: none; ">= 0.5" and the like; "~0.97": equal when rounded like this; of a ranking the keys, or [key, weight] pairs',
  )

const expectation = z.strictObject({
  at: time,
  who: who.optional().describe("Left out: the test's `who`"),
  profiles: z.int().min(0).optional().describe('How many there are in all'),
  features: z.record(z.string(), expected).optional(),
  traits: z.record(z.string(), expected).optional(),
  segments: z
    .union([z.array(z.string()), z.record(z.string(), z.boolean())])
    .optional()
    .describe('A list: in exactly these. A map: in or not, of those that it names'),
  next_change: z
    .record(z.string(), z.union([time, z.null()]))
    .optional()
    .describe('When time alone will change a membership; null: never'),
})

const transition = z.strictObject({
  at: time,
  segment: z.string(),
  to: z.enum(['entered', 'exited']),
  cause: z.enum(causes).optional(),
})

const test = z.strictObject({
  name: z.string().trim().min(1),
  start: z.iso.datetime({ offset: true }).optional(),
  who: who.optional().describe('Of every event and expectation that names nobody else'),
  events: z.array(event),
  expect: z.array(expectation).default([]),
  transitions: z
    .array(transition)
    .optional()
    .describe(
      'All transitions of `who` in the segments that the list names, in order, until `until` or the last time of the test; an empty list: none in any segment',
    ),
  until: time.optional(),
})

export const exampleSchema = z.strictObject({
  pipeline: z.string().optional().describe('Beside this file; left out: its name without `.test`'),
  start: z.iso
    .datetime({ offset: true })
    .default('2026-01-05T09:00:00.000Z')
    .describe('Times of the tests count from here'),
  source: z.string().optional().describe('Of events that name none'),
  tests: z.array(test).min(1),
})

export type ExampleFile = z.infer<typeof exampleSchema>
export type ExampleTest = ExampleFile['tests'][number]
export type ExampleEvent = ExampleTest['events'][number]
export type Expectation = ExampleTest['expect'][number]
export type Expected = z.infer<typeof expected>
export type Who = z.infer<typeof who>

/** For editors, and for what may stand where. */
export const exampleJsonSchema = (): Record<string, unknown> => ({
  title: 'Tributary examples: what a pipeline file is expected to do',
  ...z.toJSONSchema(exampleSchema, { io: 'input', unrepresentable: 'any' }),
})
