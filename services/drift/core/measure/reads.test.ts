import { expect, test } from 'vitest'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { definitionVersion } from '#runtime/event/ids.ts'
import { propertiesMax, propertiesRead } from './reads.ts'

const feature = (n: number): string =>
  `  - { name: f${n}, kind: last, events: [page_viewed], value: properties.p${n}, purpose: service, description: Last }\n`
const definitionOf = (features: string) =>
  loadDefinition(
    `purposes: { service: Running the shop }
sources:
  - { channel: web, topics: [channel.web], format: json, source: segment, basis: { service: Contract } }
features:
${features}`,
    definitionVersion(1),
  ).definition

test('properties are known by what reads them: values, keys, conditions and of money its currency', () => {
  const read = propertiesRead(
    definitionOf(`  - { name: spent, kind: sum, events: [order_completed], value: properties.total, currency: EUR, purpose: service, description: Spent }
  - { name: best, kind: decayed_topk, events: [product_viewed], key: category, where: 'properties.price > 5.0 && channel == "web"', half_life: 30d, purpose: service, description: Best }
  - { name: last_price, kind: last, events: [order_completed], value: properties.price, purpose: service, description: Last }
  - { name: city, kind: last, events: [page_viewed], value: traits.city, purpose: service, description: City }
`),
  )
  expect(read.map(({ name, types }) => [name, ...types])).toEqual([
    ['total', 'order_completed'],
    ['currency', 'order_completed'],
    ['category', 'product_viewed'],
    ['price', 'product_viewed', 'order_completed'],
  ])
})

test('so many are watched and no more, in the order of the file', () => {
  const read = propertiesRead(
    definitionOf(Array.from({ length: propertiesMax + 1 }, (_, n) => feature(n)).join('')),
  )
  expect(read).toHaveLength(propertiesMax)
  expect(read.at(-1)?.name).toBe(`p${propertiesMax - 1}`)
})
