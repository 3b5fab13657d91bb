import { expect, it } from 'vitest'
import { problem } from '../testing/rule-bench.ts'

// The caret stands under what is wrong, and the hint says what to write.
it.each([
  ['orders > 1 && orders > "3"', 14, /number > string/, /without quotes/],
  ['orders > 1 && traits.country == 3', 14, /string == number/, /in quotes/],
  ['orders > 1 && orders', 14, /is a number, not true or false/, /compare it/],
  ['orders > 1 || (largest > 3.0 && interests)', 32, /is a list.*not true or false/, /compare it/],
  ['(orders) + (largest) && orders > 1', 1, /is a number, not true or false/, /compare it/],
  [
    '(orders > 1) && ((orders + 1) * (largest))',
    18,
    /is a number, not true or false/,
    /compare it/,
  ],
  ['(origin == "a)") || (interests)', 21, /is a list.*not true or false/, /compare it/],
  ['orders > 1 && !orders', 14, /!number/, null],
  ['orders > 1 && traits.vip > 3', 14, /bool > number/, /stands alone/],
  ['orders > 1 && "shoes" in orders', 14, /string in number/, /takes a list or a ranking/],
  ['orders > 1 && has(nothing)', 18, /nothing/, null],
  ['orders > 1 && age(orders) > days(3)', 14, /age\(number\)/, /takes a moment/],
  ['orders > 1 && age(last_order) > 3', 14, /duration > number/, /days\(30\)/],
  ['orders > 1 && last_order > 3', 14, /time > number/, /compare its age/],
  ['orders > 1 && days("3") > age(last_order)', 14, /days\(string\)/, /whole number/],
  ['orders > 1 && startsWith(traits.country, "a")', 14, /startsWith/, /x\.startsWith/],
  ['interests.contains("x")', 0, /contains/, /"x" in interests/],
  ['orders > 1 && [1, 2] == orders', 14, /list/, /one of several/],
  ['orders > 1 && timestamp("x") > now', 24, /no time/, /2027-01-31/],
  ['orders > 1 && traits.nope == 3', 21, /nope/, /what the pipeline file has/],
  ['orders > 1 and orders < 5', 11, /and is no operator/, /&&/],
  ['orders = 1', 7, /= is no operator/, /==/],
  ['age(last_order) > 14d', 20, /14d is no span/, /days\(14\)/],
  ['orders > 1 && age(last_order) > now()', 32, /now\(\)/, /as ages/],
  ['orders > 1 &&', 13, /ends too early/, null],
])('%s', (source, offset, message, hint) => {
  const found = problem(source)
  expect(found.offset).toBe(offset)
  expect(found.message).toMatch(message)
  expect(found.hint ?? 'none').toMatch(hint ?? /^none$/)
})
