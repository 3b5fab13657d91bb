import { expect, it } from 'vitest'
import { didYouMean, nearest } from './did-you-mean.ts'

const names = ['orders', 'web_activity', 'last_visit']

it('names what is a slip away, and nothing for what is like none', () => {
  expect(didYouMean('ordesr', names)).toBe('did you mean orders?')
  expect(didYouMean('webactivity', names)).toBe('did you mean web_activity?')
  expect(didYouMean('consent', names)).toBeNull()
})

it('takes a third of a word for a slip, and of a short word one letter', () => {
  expect(nearest('last_vist', names)).toBe('last_visit')
  expect(nearest('lost_wisid', names)).toBe('last_visit')
  expect(nearest('ab', ['cd'])).toBeNull()
  expect(nearest('ad', ['cd'])).toBe('cd')
})

it('takes the nearest of several, and no longer for a word without end', () => {
  expect(nearest('order', ['orders', 'borders'])).toBe('orders')
  expect(nearest('o'.repeat(1_000_000), names)).toBeNull()
})
