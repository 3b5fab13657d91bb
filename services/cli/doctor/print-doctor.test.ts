import { expect, it } from 'vitest'
import { asReported, assessStage, slowestStage } from './assess-stages.ts'
import { notLooked, ok, problem } from './finding.ts'
import { printDoctor } from './print-doctor.ts'
import { noAnswer, stageTopic } from './testing/facts.ts'

const now = Date.UTC(2026, 2, 1, 12)
const profiles = assessStage(
  stageTopic('profiles', 'profile.log', [
    { high: 1500, committed: 300, waitingSinceMs: now - 900_000 },
  ]),
  1,
  now,
)

it('groups what was found, says each fix once, and names the slowest stage', () => {
  expect(
    printDoctor({
      findings: [
        problem('migrations', 'not applied: 0010_x', 'tributary migrate'),
        ok('versions', 'Node 24.21.0, Tributary 0.1.0'),
        problem('kafka', 'nobody answers', 'start it'),
        notLooked('topics', noAnswer),
        notLooked('source_topics', noAnswer),
      ],
      stages: [profiles],
      reported: [],
      slowest: { ...profiles, reported_seconds_ago: null },
    }),
  ).toBe(`this host
  ok       Node 24.21.0, Tributary 0.1.0

Kafka
  problem  nobody answers
           → start it
  unknown  topics, source topics not looked at: nobody answers

ClickHouse
  problem  not applied: 0010_x
           → tributary migrate

slowest stage: profiles (1,200 records of profile.log wait, the oldest for 15 min, since 2026-03-01 11:45:00 UTC)
2 problems, 0 warnings, 2 not looked at, 1 fine
`)
})

it('says how old a report is that names the slowest stage: what is seen from outside may be later', () => {
  const slowest = { ...profiles, stage: 'clickhouse', reported_seconds_ago: 9 }
  expect(printDoctor({ findings: [], stages: [profiles], reported: [], slowest })).toContain(
    'since 2026-03-01 11:45:00 UTC; reported 9 s ago)',
  )
})

it('says where the time of the slowest stage goes while it runs: a stopped one has reported earlier', () => {
  const reported = [
    {
      stage: 'profiles',
      topic: 'profile.log',
      status: 'waiting',
      delay_seconds: 900,
      lag_records: 1200,
      lag_events: null,
      oldest_waiting_at: '2026-03-01T11:45:00.000Z',
      oldest_waiting: 'profile.log/0/300',
      slow_step: 'commit',
      reported_seconds_ago: 9,
    },
  ]
  const printed = (members: number): string =>
    printDoctor({
      findings: [],
      stages: [profiles],
      reported,
      slowest: slowestStage(asReported([{ ...profiles, members }], reported)),
    })
  expect(printed(1)).toContain('; most of its time goes into the step commit')
  expect(printed(0)).not.toContain('most of its time')
})

it('does not call nobody slow when no stage could be seen', () => {
  const seen = (stages: readonly (typeof profiles)[]) =>
    printDoctor({ findings: [], stages, slowest: null, reported: [] })
  expect(seen([])).toContain('slowest stage: unknown')
  expect(seen([{ ...profiles, lag_records: null, lag_seconds: null }])).toContain('unknown')
  expect(seen([{ ...profiles, lag_records: 0 }])).toContain('slowest stage: none')
})
