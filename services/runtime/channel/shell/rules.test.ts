import { expect, it } from 'vitest'
import { heapUsed } from '../../../../test/support/heap.ts'
import { compileDefinition } from '../../definition/compile.ts'
import { pipelineSchema } from '../../definition/schema.ts'
import { definitionVersion } from '../../event/ids.ts'
import { createPseudonymiser } from '../../pseudonym/pseudonym.ts'
import { isFields, own } from '../core/fields.ts'
import { defaultLimits } from '../core/limits.ts'
import { reject, silentTally } from '../core/outcome.ts'
import type { Vendor } from '../core/source.ts'
import { type ChannelRules, createRules } from './rules.ts'

const vendor = (name: string): Vendor => ({
  name,
  detects: (item) => own(item, 'by') === name,
  ...(name === 'mandrill' && { detectsText: (text: string) => text.startsWith('mandrill=') }),
  split: (record) => (isFields(record) ? [record] : []),
  draft: () => reject('missing_field', 'everything'),
})

const rules: ChannelRules = createRules(
  compileDefinition(
    pipelineSchema.parse({
      purposes: { service: 'Service' },
      sources: [
        {
          channel: 'email',
          topics: ['channel.email'],
          format: 'json',
          source: 'sendgrid',
          name: 'newsletters',
        },
        {
          channel: 'email',
          topics: ['/^channel\\.email\\.any/'],
          format: 'json',
          source: 'detect',
          phone_region: 'DE',
        },
      ],
    }),
    definitionVersion(1),
  ),
  {
    channel: 'email',
    vendors: ['sendgrid', 'mailgun', 'mandrill'].map(vendor),
    limits: defaultLimits,
    pseudonymiser: createPseudonymiser(new Uint8Array(32)),
    partitions: 4,
    suppressed: () => undefined,
    prefix: '',
    tally: silentTally,
  },
)

const chosen = (topic: string, header?: string): readonly string[] | undefined => {
  const settings = rules.sourceOf(topic, header)?.settings
  return settings && [settings.name, settings.vendor]
}

it('topics that nobody reads, which the headers of replays may name without end, are forgotten', () => {
  const before = heapUsed()
  for (let n = 0; n < 100_000; n += 1)
    rules.sourceOf(
      `channel.email.${n % 2 === 0 ? 'any' : 'none'}.${String(n).padEnd(200, 'x')}`,
      undefined,
    )
  expect(heapUsed() - before).toBeLessThan(5 * 2 ** 20)
})

it('a record is of the source that reads its topic', () => {
  expect(chosen('channel.email')).toEqual(['newsletters', 'sendgrid'])
  expect(chosen('channel.email.any.1')).toEqual(['detect', 'detect'])
  expect(chosen('somewhere.else')).toBeUndefined()
})

it('a header comes before the topic: it names a source of the file, or a vendor', () => {
  expect(chosen('channel.email.any', 'newsletters')).toEqual(['newsletters', 'sendgrid'])
  expect(chosen('channel.email', 'mailgun')).toEqual(['mailgun', 'mailgun'])
  expect(chosen('channel.email', 'newsletters')).toEqual(['newsletters', 'sendgrid'])
})

it('a header that names nobody is no reason to read the record as somebody else’s', () => {
  expect(chosen('channel.email', 'hubspot')).toBeUndefined()
})

it('where nobody says whose record it is, its shape does', () => {
  const any = rules.sourceOf('channel.email.any')
  if (any === undefined) throw new Error('no source reads the topic')
  const found = rules.detected(any, { by: 'mailgun' })
  expect(found?.settings).toMatchObject({ name: 'mailgun', vendor: 'mailgun', region: 'DE' })
  expect(rules.detected(any, { by: 'mailgun' })).toBe(found)
  expect(rules.detected(any, 'mandrill=x')?.settings.vendor).toBe('mandrill')
  expect(rules.detected(any, { by: 'nobody' })).toBeUndefined()
  expect(any.format).toBe('detect')
})
