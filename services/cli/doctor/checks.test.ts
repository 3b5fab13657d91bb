/* oxlint-disable unicorn/consistent-function-scoping -- a helper stands beside the test that it serves */
import { describe, expect, it } from 'vitest'
import { migrationFile } from './testing/facts.ts'
import { checkClocks, skewOf } from './check-clock.ts'
import { checkMigrations, checkPrivileges, checkServer } from './check-clickhouse.ts'
import { checkDeadLetters } from './check-dead-letters.ts'
import { checkDisk, checkKey, checkVersions } from './check-host.ts'
import { checkKafka } from './check-kafka.ts'
import { checkRegistry } from './check-registry.ts'
import { checkSourceTopics, checkTopics } from './check-topics.ts'
import type { ClockFact, KeyFact } from './facts.ts'
import { known } from './finding.ts'
import { cluster, noAnswer, topicFacts } from './testing/facts.ts'

const containing = (text: string): unknown => expect.stringContaining(text)

const gib = 1024 ** 3

describe('this host', () => {
  it('needs a Node that runs TypeScript', () => {
    expect(checkVersions({ node: '24.21.0', tributary: '0.1.0' }).severity).toBe('ok')
    expect(checkVersions({ node: '20.1.0', tributary: '0.1.0' })).toMatchObject({
      severity: 'problem',
      fix: containing('npm run -s tributary'),
    })
  })

  it('shows its key to nobody else, and need not have one', () => {
    const key = (more: Partial<KeyFact>) =>
      checkKey(known({ from: 'file', path: '/k', mode: 0o600, fault: null, ...more }))
    expect(key({}).severity).toBe('ok')
    expect(key({ mode: 0o640 }).severity).toBe('ok')
    expect(key({ mode: 0o644 })).toMatchObject({ severity: 'problem', fix: 'chmod 600 /k' })
    expect(key({ fault: 'the installation key has 5 bytes' }).severity).toBe('problem')
    expect(key({ from: 'nowhere', path: null, mode: null }).severity).toBe('warning')
  })

  it('has a disk that is low in share or in bytes before it is full', () => {
    const disk = (freeBytes: number) =>
      checkDisk('disk', { name: 'd', freeBytes, totalBytes: 100 * gib }, 'free it').severity
    expect([disk(50 * gib), disk(10 * gib), disk(4 * gib), disk(0)]).toEqual([
      'ok',
      'warning',
      'problem',
      'problem',
    ])
    const small = { name: 'd', freeBytes: gib / 2, totalBytes: gib }
    expect(checkDisk('disk', small, 'free it').severity).toBe('problem')
    // A disk that does not tell its size is not full.
    expect(checkDisk('disk', { ...small, freeBytes: 2 * gib, totalBytes: 0 }, '').severity).toBe(
      'ok',
    )
  })
})

describe('Kafka', () => {
  it('is named with its cluster and release; an old or silent one is said to be so', () => {
    expect(checkKafka(cluster(27)).message).toBe('reachable, cluster c1, Kafka 4.1')
    expect(checkKafka(cluster(25)).message).toContain('Kafka 4.0')
    expect(checkKafka(cluster(99)).message).toContain('4.2 or later')
    expect(checkKafka(cluster(19))).toMatchObject({ severity: 'warning' })
    expect(checkKafka(cluster(null))).toMatchObject({ severity: 'ok' })
    expect(checkKafka({ cluster: noAnswer })).toMatchObject({
      severity: 'problem',
      fix: 'start it',
    })
  })

  it('has our topics as declared: a missing one and a lossy setting are problems, a longer retention is not', () => {
    expect(checkTopics(known(topicFacts({})))).toMatchObject([{ severity: 'ok' }])
    const setting = (name: string, want: string, have: string) =>
      checkTopics(known(topicFacts({ change: [{ topic: 't', setting: name, want, have }] })))[0]
    expect(setting('retention.ms', '100', '50')).toMatchObject({
      severity: 'problem',
      message: 't: retention.ms is 50, declared is 100',
      fix: containing('tributary topics apply'),
    })
    expect(setting('retention.ms', '-1', '50')?.severity).toBe('problem')
    expect(setting('retention.ms', '100', '-1')?.severity).toBe('warning')
    expect(setting('retention.ms', '100', '200')?.severity).toBe('warning')
    expect(setting('message.timestamp.type', 'LogAppendTime', 'CreateTime')?.severity).toBe(
      'problem',
    )
    const created = { topic: 'deadletter', partitions: 4, replicationFactor: 1, config: {} }
    expect(checkTopics(known(topicFacts({ create: [created] })))).toMatchObject([
      { severity: 'problem', message: 'missing: deadletter' },
    ])
    const conflict = { topic: 'profile.log', setting: 'partitions', want: '64', have: '4' }
    expect(checkTopics(known(topicFacts({ conflicts: [conflict] })))[0]?.fix).toContain(
      'TRIBUTARY_PARTITIONS=4',
    )
    expect(checkTopics(known({ ...topicFacts({}), cutBySize: ['profile.log'] }))[0]).toMatchObject({
      severity: 'warning',
    })
  })

  it('has the source topics that the file names, with the broker’s time', () => {
    const found = [{ topic: 'channel.web', timestamps: 'LogAppendTime' }]
    expect(checkSourceTopics(known([{ channel: 'web', found, missing: [] }]))).toMatchObject([
      { severity: 'ok' },
    ])
    expect(
      checkSourceTopics(
        known([
          {
            channel: 'web',
            found: [{ topic: 'shop', timestamps: 'CreateTime' }],
            missing: ['channel.web'],
          },
        ]),
      ),
    ).toMatchObject([
      { severity: 'warning', message: containing('channel.web') },
      { severity: 'warning', fix: containing('--topic shop') },
    ])
  })
})

it('a registry that cannot be reached is a problem with its own advice', () => {
  const facts = { subjects: 3, compatibility: 'BACKWARD', clock: null }
  expect(checkRegistry(known(facts)).message).toBe('reachable, 3 subjects, compatibility BACKWARD')
  expect(checkRegistry(noAnswer)).toMatchObject({ severity: 'problem', fix: 'start it' })
})

describe('ClickHouse', () => {
  const clock = { whose: 'ClickHouse', theirsMs: 0, beforeMs: 0, afterMs: 0, resolutionMs: 1 }
  const server = (version: string, databaseExists = true, readOnly = false) =>
    checkServer(known({ version, databaseExists, readOnly, clock }), 'shop').severity

  it('is as new as what is tested, and has the database', () => {
    expect([server('26.7.2.1'), server('27.1'), server('26.6.9'), server('25.12')]).toEqual([
      'ok',
      'ok',
      'warning',
      'warning',
    ])
    expect(server('26.7', false)).toBe('problem')
  })

  it('lets its account write: what is granted says nothing of a setting that forbids it', () => {
    expect(server('26.7', true, true)).toBe('problem')
  })

  it('grants what services need; the fix names what is missing', () => {
    expect(checkPrivileges(known([]), 'shop').severity).toBe('ok')
    expect(checkPrivileges(known(['INSERT', 'ALTER']), 'shop').fix).toContain(
      'GRANT INSERT, ALTER ON shop.*',
    )
    expect(checkPrivileges(noAnswer, 'shop').severity).toBe('unknown')
  })

  it('has every migration, each as its file is, and none that we do not know', () => {
    const files = [migrationFile(1, 'aaa'), migrationFile(2, 'bbb')]
    const check = (applied: readonly (readonly [number, string])[]) =>
      checkMigrations(known({ files, applied: new Map(applied) }))
    const all = [
      [1, 'aaa'],
      [2, 'bbb'],
    ] as const
    expect(check(all)).toMatchObject([{ severity: 'ok' }])
    expect(check([[1, 'aaa']])).toMatchObject([
      { severity: 'problem', message: 'not applied: 0002_m2', fix: 'tributary migrate' },
    ])
    expect(
      check([
        [1, 'xxx'],
        [2, 'bbb'],
      ])[0]?.message,
    ).toContain('checksum xxx, its file has aaa')
    expect(check([...all, [3, 'ccc']])).toMatchObject([{ severity: 'warning' }])
  })
})

it('dead letters count by their share of what came, and the reasons are named', () => {
  const lastHour = (events: number, n: number) =>
    checkDeadLetters(known({ events, letters: [{ reason: 'invalid_json', n }] }))
  expect(checkDeadLetters(known({ events: 0, letters: [] })).severity).toBe('ok')
  expect(lastHour(999, 1).severity).toBe('ok')
  expect(lastHour(95, 5)).toMatchObject({
    severity: 'warning',
    message: '5 dead letters in the last hour, 5.0 % of what came: invalid_json 5',
  })
  expect(lastHour(1, 1).severity).toBe('problem')
})

describe('a clock elsewhere', () => {
  const clock = (theirsMs: number): ClockFact => ({
    whose: 'ClickHouse',
    theirsMs,
    beforeMs: 10_000,
    afterMs: 10_400,
    resolutionMs: 1000,
  })

  it('is wrong only by what neither the way nor its own grain explains', () => {
    expect([10_200, 9000, 10_400].map((at) => skewOf(clock(at)))).toEqual([0, 0, 0])
    expect([10_900, 8000].map((at) => skewOf(clock(at)))).toEqual([500, -1000])
  })

  it('is a warning from two seconds on and a problem from a minute on', () => {
    const severity = (theirsMs: number) => checkClocks([clock(theirsMs)])[0]?.severity
    expect([severity(12_000), severity(13_000), severity(0), severity(100_000)]).toEqual([
      'ok',
      'warning',
      'warning',
      'problem',
    ])
    expect(checkClocks([clock(0)])[0]?.message).toBe('ClickHouse is 9.0 s behind this host')
  })
})
