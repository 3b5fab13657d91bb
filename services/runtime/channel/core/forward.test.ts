import { expect, it } from 'vitest'
import { createForwarder } from './forward.ts'

const forwarder = createForwarder(
  {
    properties: [],
    inClear: new Set(),
    sealed: new Set<string>(),
    sealedTraits: new Set<string>(),
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
    forwarder.traits(
      {
        'address.country': 'Deutschland',
        wohnort: 'BERLIN',
        zip: 1067,
        plan: ' GOLD ',
        locale: 'de_DE',
        unread: 'BERLIN',
      },
      null,
    ),
  ).toEqual({ country: 'DE', city: 'Berlin', postal_code: '1067', plan: ' GOLD ', locale: 'de-DE' })
})

it('takes the first name that a trait goes by', () => {
  expect(forwarder.traits({ land: 'AT', 'address.country': 'de' }, null)).toEqual({ country: 'DE' })
  expect(forwarder.traits({ land: 'at' }, null)).toEqual({ country: 'AT' })
})

const keeping = createForwarder(
  {
    properties: [['gift', 'note'], ['lines', 'engraving'], ['total']],
    inClear: new Set(),
    sealed: new Set(['gift.note', 'lines.engraving']),
    traits: new Map([['firstName', 'first_name']]),
    sealedTraits: new Set(['first_name']),
  },
  new Map([['first_name', 'string']]),
)

const seal = (place: string, value: unknown): string => `${place}=${JSON.stringify(value)}`

it('hands what is kept to the seal, with its place, and everything else on as it is', () => {
  const properties = {
    gift: { note: 'for ada@example.org', wrapped: true },
    lines: [{ engraving: { text: 'Ada' } }, { engraving: null }, {}],
    total: 5,
  }
  expect(keeping.seals).toBe(true)
  expect(keeping.traits({ firstName: 'ada' }, seal)).toEqual({
    first_name: 'trait/first_name="Ada"',
  })
  expect(keeping.properties(properties, seal)).toEqual({
    gift: { note: 'property/gift.note="for ada@example.org"' },
    lines: [{ engraving: 'property/lines.engraving={"text":"Ada"}' }, { engraving: null }, null],
    total: 5,
  })
})

it('leaves what is kept behind where there is nobody to seal it for', () => {
  expect(keeping.traits({ firstName: 'ada' }, null)).toEqual({})
  expect(keeping.properties({ gift: { note: 'Ada' }, total: 5 }, null)).toEqual({ total: 5 })
})

it('leaves a trait behind that names somebody, unless the file keeps it, and says which it was', () => {
  const left: string[] = []
  const leave = (field: string): number => left.push(field)
  expect(
    forwarder.traits(
      {
        land: 'ada@mail.example.net',
        plan: 'call +49 151 5550 1077',
        wohnort: 'BERLIN',
        zip: 1067,
      },
      null,
      leave,
    ),
  ).toEqual({ city: 'Berlin', postal_code: '1067' })
  expect(left).toEqual(['traits.country', 'traits.plan'])
  expect(keeping.traits({ firstName: '+49 151 5550 1077' }, seal, leave)).toEqual({
    first_name: 'trait/first_name="+49 151 5550 1077"',
  })
  expect(left).toHaveLength(2)
})
