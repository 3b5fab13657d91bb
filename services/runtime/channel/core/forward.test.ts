import { expect, it } from 'vitest'
import { createForwarder } from './forward.ts'

const forwarder = createForwarder(
  {
    properties: [],
    inClear: new Set(),
    traits: new Map([
      ['address.country', 'country'],
      ['land', 'country'],
      ['wohnort', 'city'],
      ['zip', 'postal_code'],
      ['plan', 'plan'],
      ['locale', 'locale'],
    ]),
  },
  new Map([
    ['country', 'string'],
    ['city', 'string'],
    ['postal_code', 'string'],
    ['plan', 'string'],
  ]),
)

it('gives names and addresses one spelling, by what the source or the pipeline file calls them', () => {
  expect(
    forwarder.traits({
      'address.country': 'Deutschland',
      wohnort: 'BERLIN',
      zip: 1067,
      plan: ' GOLD ',
      locale: 'de_DE',
      unread: 'BERLIN',
    }),
  ).toEqual({ country: 'DE', city: 'Berlin', postal_code: '1067', plan: ' GOLD ', locale: 'de-DE' })
})

it('takes the first name that a trait goes by', () => {
  expect(forwarder.traits({ land: 'AT', 'address.country': 'de' })).toEqual({ country: 'DE' })
  expect(forwarder.traits({ land: 'at' })).toEqual({ country: 'AT' })
})
