import { domainToASCII } from 'node:url'
import { expect, it } from 'vitest'
import { type EmailPolicy, plainEmail } from '../../../definition/email-policy.ts'
import { isRejection } from '../fields.ts'
import { defaultLimits } from '../limits.ts'
import { flagsOfAddress } from './address-flags.ts'
import { createIdentifierScreen } from './screen.ts'

it.each([
  'info@shop.test',
  'sales@shop.test',
  'support@shop.test',
  'customer.service@shop.test',
  'kontakt@shop.test',
  'sales+spring@shop.test',
  'human_resources@shop.test',
  'büro@shop.test',
  'datenschutz@shop.test',
  'hr@shop.test',
])('%s is a function’s', (address) => {
  expect(flagsOfAddress(address)).toEqual(['role_address'])
})

it.each([
  'anna@shop.test',
  'alexa@shop.test',
  'paris@shop.test',
  'mail@mueller.test',
  'post@shop.test',
  'me@shop.test',
  'infanta@shop.test',
  'sally@shop.test',
  'brand@shop.test',
  'j.sales@shop.test',
  'anna@gmail.com',
  'a@web.de',
  'a@proton.me',
  'a@duck.com',
  'a@privaterelay.appleid.com',
  'a@mail.ru',
  'a@qq.com',
  'a@example.com',
])('%s is a person’s', (address) => {
  expect(flagsOfAddress(address)).toEqual([])
})

it('knows throwaway domains, and what lies under them', () => {
  expect(flagsOfAddress('anna@mailinator.com')).toEqual(['disposable_address'])
  expect(flagsOfAddress('anna@eu.yopmail.com')).toEqual(['disposable_address'])
  expect(flagsOfAddress('anna@mailinator.shop.test')).toEqual([])
  expect(flagsOfAddress('info@mailinator.com')).toEqual(['disposable_address', 'role_address'])
})

const screenOf = (email: Partial<EmailPolicy>) =>
  createIdentifierScreen({
    blocked: { email: ['sales@shop.test'] },
    email: { ...plainEmail, ...email },
    limits: defaultLimits,
    domainToAscii: domainToASCII,
  })

const blocked = (address: string, policy: Partial<EmailPolicy>) =>
  screenOf(policy).normalise('email', address, null).blocked

it('are flagged, and blocked only where the pipeline file says so', () => {
  expect(blocked('info@shop.test', {})).toBeNull()
  expect(blocked('info@shop.test', { role: 'block' })).toBe('policy:role_address')
  expect(blocked('a@mailinator.com', { role: 'block' })).toBeNull()
  expect(blocked('a@mailinator.com', { disposable: 'block' })).toBe('policy:disposable_address')
  expect(blocked('sales@shop.test', { role: 'block' })).toBe('identity.types.email.blocked[0]')
  expect(blocked('noreply@shop.test', { role: 'block' })).toBe('builtin:no_reply')
})

it('come with their identifier; other types have none', () => {
  const screened = screenOf({}).screen(
    [
      { type: 'email', value: 'Info@Mailinator.com' },
      { type: 'user_id', value: 'info@mailinator.com' },
      { type: 'email', value: 'info@' },
    ],
    null,
  )
  expect(isRejection(screened) ? [] : screened.map(({ flags }) => flags)).toEqual([
    ['disposable_address', 'role_address'],
    [],
    [],
  ])
})
