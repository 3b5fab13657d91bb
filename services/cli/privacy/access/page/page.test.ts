import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AccessView } from '../access-view.ts'
import { accessPage } from './page.ts'

const at = '2026-03-01T12:00:00.000Z'
const who = { type: 'email', pseudonym: 'aaaaaaaaaaaaaaaaaaaaaa' }

/** A view in which every text that came from outside is `text`. */
const viewOf = (text: string): AccessView => ({
  format: 1,
  made_at: at,
  as_of: null,
  asked: who,
  profile: {
    profile_id: '00000000-0000-5000-8000-000000000001',
    aliases: [],
    first_seen: at,
    last_seen: at,
    events: 1,
    updated_at: at,
  },
  identifiers: [who, { type: text, pseudonym: text }],
  traits: [
    {
      name: text,
      description: text,
      value: text,
      source: text,
      kind: text,
      party: text,
      at: text,
      event_id: text,
      purpose: text,
    },
  ],
  features: [false, true].map((withheld) => ({
    name: text,
    description: text,
    purpose: text,
    value: [[text, 1]],
    as_of_event: at,
    withheld,
  })),
  segments: [
    {
      name: text,
      description: text,
      objective: text,
      purpose: text,
      member: true,
      since: at,
      until: null,
      because: { [text]: text },
      joint: false,
    },
  ],
  segment_history: [{ segment: text, to: text, at, cause: text, because: text, joint: false }],
  consent: [{ purpose: text, description: text, state: text }],
  consent_history: [
    {
      purpose: text,
      state: text,
      declared_at: at,
      received_at: at,
      source: text,
      event_id: text,
      identifier: who,
    },
  ],
  identity: { in_words: [text], profiles: [], decisions: [], complete: true },
  events: {
    total: 1,
    skipped: 0,
    next: null,
    named_in_others: 2,
    list: [
      {
        event_id: text,
        at,
        received_at: at,
        channel: text,
        source: text,
        type: text,
        identifier: who,
        traits: { [text]: text },
        properties: { [text]: [{ [text]: text }] },
        consent: {},
        machine: text,
      },
    ],
  },
  profile_history: { rows: 3, oldest: at },
  named_in_others: { profile_history: 2, segment_history: 1 },
  dead_letters: {
    searched: true,
    opened: 1,
    complete: true,
    unreadable: 0,
    partly: 0,
    without_bytes: 0,
    list: [{ place: text, received_at: at, stage: text, reason: text, source: text }],
  },
  suppressions: [{ identifier: { type: text, pseudonym: text }, erased_at: at }],
  expiries: [{ identifier: { type: text, pseudonym: text }, expired_at: at }],
  not_held: [{ what: text, why: text }],
})

/** Tags in their order, attributes included; texts left out. */
const markup = (page: string): readonly string[] => page.match(/<[^>]*>/g) ?? []

test('whatever people write stays text: it adds no tag and no attribute to the page', () => {
  const plain = markup(accessPage(viewOf('x')))
  const hostile = fc.oneof(
    fc.constantFrom(
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      "' onmouseover='alert(1)",
      '</table></body><iframe src=//evil.example>',
      '&lt;script&gt;',
      '<!--',
      ']]>',
      '\u202e<b>',
    ),
    fc.string({
      unit: fc.constantFrom('<', '>', '"', "'", '&', '/', '=', '`', 'a', ' '),
      minLength: 1,
    }),
  )
  fc.assert(
    fc.property(hostile, (text) => {
      expect(markup(accessPage(viewOf(text)))).toEqual(plain)
    }),
  )
})

test('the page runs nothing and loads nothing', () => {
  const page = accessPage(viewOf('x'))
  expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
  expect(page).not.toMatch(/<script|<link|<img|<iframe|<a |src=|href=|@import|url\(/i)
})

test('it says whose silence ended what was known', () => {
  expect(accessPage(viewOf('x'))).toContain('counts no more')
})

test('it says what lies in the past of others, and shows no reason that is of both', () => {
  const view = viewOf('x')
  expect(accessPage(view)).toContain('2 older states of it, and 1 times')
  const [turn] = view.segment_history
  if (turn === undefined) throw new Error('no history')
  const page = accessPage({
    ...view,
    segment_history: [{ ...turn, because: null, joint: true }],
    named_in_others: { profile_history: 0, segment_history: 0 },
  })
  expect(page).toContain('somebody else counted as you then')
  expect(page).not.toContain('counted as somebody else')
})

test('it says plainly what is withheld, why, and that nothing is held', () => {
  expect(accessPage(viewOf('x'))).toContain('because you did not agree to what they are for')
  expect(accessPage({ ...viewOf('x'), profile: null })).toContain('No profile of you is held.')
})
