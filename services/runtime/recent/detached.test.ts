import { expect, test } from 'vitest'
import { heapUsed } from '../../../test/support/heap.ts'
import { createScreen } from '../channel/shell/create-normaliser.ts'
import { identitySchema } from '../definition/schema.ts'
import { detached } from './detached.ts'
import { createKnown } from './known.ts'
import { createRecent } from './recent.ts'

const pieces = 500
/** Texts that are cut out of records of 200 KiB each, as the columns of a line are. */
function* cut(ending: (n: number) => string): Generator<string> {
  for (let n = 0; n < pieces; n += 1) {
    const record = Buffer.alloc(200 * 1024, 'x')
    record.write(`\t${ending(n)}`, record.length - 64)
    yield record.toString('latin1').split('\t')[1] ?? ''
  }
}

test.each(['', 'short', 'a text that is not short', 'Zoë of Åkesson-Öberg', '\uD800 \0 \u{1f600}'])(
  'is the same text: %j',
  (text) => {
    expect(detached(text)).toBe(text)
  },
)

test.each([
  ['what was asked for lately', createRecent<number>(pieces * 2)],
  ['what is known', createKnown<number>(pieces * 2)],
])('%s holds on to its keys alone, and not to the records that they came in', (_, kept) => {
  const before = heapUsed()
  for (const key of cut((n) => `customer-${n}`))
    if ('size' in kept) kept.set(key, 1)
    else kept.set('user_id', key, 1)
  expect(heapUsed() - before).toBeLessThan(10 * 2 ** 20)
})

test.each([
  ['user_id', (n: number) => `customer-${n}`],
  ['email', (n: number) => `Customer.${n}@Example.org`],
  ['phone', (n: number) => `+49 170 ${1_234_567 + n}`],
])('a screen remembers an identifier of the type %s without its record', (type, ending) => {
  const screen = createScreen({ identity: identitySchema.parse({}) })
  const before = heapUsed()
  for (const value of cut(ending)) screen.screen([{ type, value }], null)
  expect(heapUsed() - before).toBeLessThan(10 * 2 ** 20)
})
