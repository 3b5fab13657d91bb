import fc from 'fast-check'
import { getCountries } from 'libphonenumber-js/max'
import { expect, test } from 'vitest'
import { normalisePhone } from '#runtime/channel/core/identifiers/phone.ts'
import { phoneReadings } from './phone-readings.ts'

const regions = fc.constantFrom(...getCountries(), null)

/** Of each length and in each spelling: prefixes of countries, abroad and trunk, carriers. */
const part = fc.oneof(
  fc.constantFrom(...Array.from('0123456789 -./()[]+@aX;#,:~')),
  fc.constantFrom('00', '011', '0011', '810', '49', '+49', '+1', '54', '9', '15', '+52', '+7', '8'),
  fc.constantFrom('tel:', 'ext', '٣'),
)
const written = fc.array(part, { maxLength: 20 }).map((all) => all.join(''))
const dialled = fc
  .tuple(
    fc.constantFrom('', '+', '00', '011', '0', '1', '8', '9', '044', 'w', '('),
    fc.constantFrom('', '49', '1', '54', '52', '7', '44', '39', '55', '61', '81', '358', '690'),
    fc.stringMatching(/^\d{2,16}$/),
  )
  .map((all) => all.join(''))

test.each([
  ['whatever is written', written],
  ['what is dialled', dialled],
])('the number that a text is read as is among its readings: %s', (_, texts) => {
  let told = 0
  fc.assert(
    fc.property(texts, regions, (text, region) => {
      const readings = phoneReadings(text, region)
      const { blocked, value } = normalisePhone(text, region)
      if (readings === null || blocked !== null) return
      told += 1
      expect(readings).toContain(value)
    }),
    { numRuns: 20_000 },
  )
  expect(told).toBeGreaterThan(100)
})

test('of numbers that are written plainly there are few readings, and of others nothing is told', () => {
  expect(phoneReadings('+49 (0)170 1234567', 'DE')).toEqual(['+4901701234567', '+491701234567'])
  expect(phoneReadings('w1234567', 'DE')).toEqual(['+491234567'])
  expect(phoneReadings('w1234567', null)).toEqual([])
  expect(phoneReadings('0170 1234567 ext. 5', 'DE')).toBeNull()
  expect(phoneReadings('٠١٧٠١٢٣٤٥٦٧', 'DE')).toBeNull()
})
