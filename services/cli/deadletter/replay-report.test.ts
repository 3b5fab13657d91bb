import { expect, it } from 'vitest'
import { printReplay, type ReplayReport } from './replay-report.ts'

const report = (more: Partial<ReplayReport> = {}): ReplayReport => ({
  dry_run: false,
  records: 2,
  letters: 3,
  by_reason: [
    {
      reason: 'missing_field',
      source: 'sendgrid',
      replay_topic: 'channel.email.replay',
      letters: 3,
    },
  ],
  already_replayed: 0,
  not_replayable: { records: 0, by_cause: {}, examples: [] },
  more: false,
  failed_again: null,
  ...more,
})
const nothing = { records: 0, letters: 0, by_reason: [] }

it('says what was sent and where to look', () => {
  expect(printReplay(report())).toBe(`2 records were sent again, for 3 dead letters:
        3  missing_field of sendgrid, to channel.email.replay
what fails again comes back under its old place: tributary deadletter list --where status=failed_again
`)
})

it('says of a dry run that it was one', () => {
  expect(printReplay(report({ dry_run: true, records: 1 }))).toMatch(
    /^1 record would be sent again, for 3 dead letters:\n.*\n$/,
  )
})

it('says why nothing was sent', () => {
  expect(printReplay(report(nothing))).toBe('no dead letter matches\n')
  expect(printReplay(report({ ...nothing, already_replayed: 1 }))).toMatch(
    /^1 dead letter left out/,
  )
})

it('says what cannot be sent, what is left, and what failed again', () => {
  const text = printReplay(
    report({
      not_replayable: {
        records: 21,
        by_cause: { no_bytes: 21 },
        examples: [{ place: 'news/0/1', cause: 'no_bytes', detail: 'too many' }],
      },
      more: true,
      failed_again: { letters: 1, by_reason: { missing_field: 1 }, examples: ['news/0/2/4'] },
    }),
  )
  expect(text).toContain('21 records cannot be sent again:\n  news/0/1: too many\n  and 20 more\n')
  expect(text).toContain('more of them match: run it again')
  expect(text).toContain('1 dead letter failed again:\n        1  missing_field')
  expect(text).toContain('tributary deadletter show news/0/2/4')
  expect(
    printReplay(report({ failed_again: { letters: 0, by_reason: {}, examples: [] } })),
  ).toMatch(/none of it failed again\n$/)
})
