/* oxlint-disable unicorn/consistent-function-scoping -- a helper stands beside the test that it serves */
import { describe, expect, it } from 'vitest'
import { asReported, assessStage, slowestStage } from './assess-stages.ts'
import { checkGroups, checkLag, checkReports, checkRetention } from './check-stages.ts'
import type { ReportedStage, StageTopic } from './facts.ts'
import { known } from './finding.ts'
import { noAnswer, stageTopic } from './testing/facts.ts'

const containing = (text: string): unknown => expect.stringContaining(text)

const now = Date.UTC(2026, 2, 1, 12)
const ago = (seconds: number): number => now - seconds * 1000
const dayMs = 86_400_000

const rowOf = (stage: StageTopic, members: number | null = 1) => assessStage(stage, members, now)
const members = known(new Map<string, number>())

describe('the lag of a stage', () => {
  it('is what is unread in records, in events and in seconds, with the place of the oldest', () => {
    const stage = stageTopic(
      'profiles',
      'profile.log',
      [
        { high: 100, committed: 90, waitingSinceMs: ago(30) },
        { low: 5, high: 25, committed: null, waitingSinceMs: ago(600) },
        { high: 7, committed: 7 },
      ],
      { eventsPerRecord: 2.5 },
    )
    expect(rowOf(stage, 2)).toEqual({
      stage: 'profiles',
      group: 'tributary-profiles',
      topic: 'profile.log',
      members: 2,
      partitions: 3,
      partitions_behind: 2,
      lag_records: 30,
      lag_events: 75,
      lag_seconds: 600,
      oldest_waiting_at: '2026-03-01T11:50:00.000Z',
      oldest_waiting: 'profile.log/1/5',
    })
  })

  it('is zero when all is read, and unknown when nobody could look', () => {
    const idle = rowOf(stageTopic('web', 'channel.web', [{ high: 9, committed: 9 }]))
    expect(idle).toMatchObject({
      lag_records: 0,
      lag_events: 0,
      lag_seconds: 0,
      oldest_waiting: null,
    })
    const unseen = { ...stageTopic('web', 'channel.web', []), facts: noAnswer }
    expect(rowOf(unseen)).toMatchObject({ lag_records: null, lag_seconds: null })
    expect(checkLag([rowOf(unseen)], [unseen], members)).toMatchObject([
      { severity: 'unknown', message: 'not looked at: web on channel.web: nobody answers' },
    ])
  })

  it('is never negative where the broker’s clock is ahead', () => {
    const stage = stageTopic('web', 'w', [{ high: 2, committed: 1, waitingSinceMs: ago(-10) }])
    expect(rowOf(stage).lag_seconds).toBe(0)
  })

  it('counts from the oldest record that is left where the place of the group is gone', () => {
    const lost = stageTopic('web', 'w', [
      { low: 50, high: 60, committed: 10 },
      { high: 5, committed: 80 },
    ])
    expect(rowOf(lost).lag_records).toBe(15)
  })

  it('is a warning after a minute, and the advice fits: start it, start more, or look for what stops it', () => {
    const advice = (behind: readonly number[], of: number | null) => {
      const partitions = behind.map((n) => ({
        high: 10,
        committed: 10 - n,
        ...(n === 0 ? {} : { waitingSinceMs: ago(300) }),
      }))
      const stage = stageTopic('web', 'channel.web', partitions)
      return checkLag([rowOf(stage, of)], [stage], members)[0]?.fix
    }
    expect(advice([3, 3], 0)).toContain('start web')
    expect(advice([3, 0], 2)).toContain('Only one of 2 partitions')
    expect(advice([3, 3], 1)).toContain('start more of web')
    expect(advice([3, 3], 2)).toContain('what it writes to is slow')
    expect(advice([3, 3], null)).toContain('Look into the log')
    const fresh = stageTopic('web', 'w', [{ high: 2, committed: 1, waitingSinceMs: ago(10) }])
    expect(checkLag([rowOf(fresh)], [fresh], members)[0]?.severity).toBe('ok')
  })

  it('says in one line where nothing waits', () => {
    const stages = ['web', 'identity'].map((name) =>
      stageTopic(name, name, [{ high: 1, committed: 1 }]),
    )
    expect(
      checkLag(
        stages.map((stage) => rowOf(stage)),
        stages,
        members,
      ),
    ).toMatchObject([{ severity: 'ok', message: 'nothing waits at web, identity' }])
  })

  it('is unknown as a whole where Kafka does not answer', () => {
    expect(checkLag([], [], noAnswer).map(({ check }) => check)).toEqual(['lag', 'retention'])
  })
})

describe('the slowest stage', () => {
  const waiting = (stage: string, seconds: number, records = 1) =>
    rowOf(stageTopic(stage, stage, [{ high: records, committed: 0, waitingSinceMs: ago(seconds) }]))

  it('is the one with the oldest waiting record, however few they are', () => {
    const rows = [waiting('web', 40, 1_000_000), waiting('identity', 900), waiting('profiles', 7)]
    expect(slowestStage(rows)?.stage).toBe('identity')
  })

  it('is nobody while records are only on their way', () => {
    expect(slowestStage([waiting('web', 3)])).toBe(null)
    expect(slowestStage([])).toBe(null)
  })
})

describe('what services say themselves', () => {
  const report = (stage: string, seconds: number, more: Partial<ReportedStage> = {}) => ({
    stage,
    topic: 'profile.log',
    status: seconds === 0 ? 'fine' : 'waiting',
    delay_seconds: seconds,
    lag_records: seconds === 0 ? 0 : 3,
    lag_events: null,
    oldest_waiting_at: seconds === 0 ? null : new Date(ago(seconds)).toISOString(),
    oldest_waiting: seconds === 0 ? null : 'profile.log/0/7',
    slow_step: '',
    reported_seconds_ago: 4,
    ...more,
  })
  const seenFromOutside = (of = 1) =>
    rowOf(
      stageTopic('profiles', 'profile.log', [{ high: 9, committed: 2, waitingSinceMs: ago(90) }]),
      of,
    )

  it('tells a ClickHouse that does not answer from a service that is slow', () => {
    const rows = asReported([seenFromOutside()], [report('clickhouse', 90), report('profiles', 40)])
    expect(rows.map(({ stage, lag_seconds: seconds }) => [stage, seconds])).toEqual([
      ['profiles', 40],
      ['clickhouse', 90],
    ])
    expect(slowestStage(rows)).toMatchObject({
      stage: 'clickhouse',
      topic: 'profile.log',
      lag_records: 3,
      oldest_waiting: 'profile.log/0/7',
      reported_seconds_ago: 4,
    })
    const [seen] = asReported([seenFromOutside()], [])
    expect(seen?.reported_seconds_ago).toBe(null)
  })

  it('counts for nothing once it is old, its service silent, or nobody reads', () => {
    const outside = { stage: 'profiles', lag_seconds: 90 }
    const nothing = report('profiles', 0)
    for (const [of, one] of [
      [1, { ...nothing, reported_seconds_ago: 31 }],
      [1, { ...nothing, status: 'silent' }],
      [0, nothing],
    ] as const)
      expect(slowestStage(asReported([seenFromOutside(of)], [one]))).toMatchObject(outside)
    expect(slowestStage(asReported([seenFromOutside()], [nothing]))).toBe(null)
  })

  it('is missed where a service runs and is silent, and not where it does not run anyway', () => {
    const silent = report('profiles', 90, { status: 'silent' })
    const check = (of: number, one: ReportedStage) =>
      checkReports([seenFromOutside(of)], known([one])).severity
    expect([check(1, silent), check(0, silent), check(1, report('profiles', 3))]).toEqual([
      'warning',
      'ok',
      'ok',
    ])
    expect(checkReports([], noAnswer).severity).toBe('unknown')
  })
})

describe('a group', () => {
  it('without members is a problem as soon as something waits, and named once for all its topics', () => {
    const idle = stageTopic('web', 'channel.web', [{ high: 1, committed: 1 }])
    const behind = stageTopic('web', 'channel.web.import', [{ high: 5, committed: 1 }])
    expect(checkGroups([rowOf(idle, 0)], members)).toMatchObject([{ severity: 'warning' }])
    expect(checkGroups([rowOf(idle, 0), rowOf(behind, 0)], members)).toMatchObject([
      {
        severity: 'problem',
        message: 'web: no process reads in tributary-web, and 4 records wait',
        fix: containing('npm run -s service -- services/web/main.ts'),
      },
    ])
    expect(checkGroups([rowOf(idle, 3)], members)).toMatchObject([
      { severity: 'ok', message: 'processes that read: web 3' },
    ])
  })

  it('of dead letters is read by profiles', () => {
    const stage = stageTopic('dead-letters', 'deadletter', [{ high: 1, committed: 1 }])
    expect(checkGroups([rowOf(stage, 0)], members)[0]?.fix).toContain('services/profiles/main.ts')
  })
})

describe('retention against lag', () => {
  it('warns when an unread record has a quarter of its time left, and says what keeps it', () => {
    const stage = (seconds: number) =>
      stageTopic('web', 'w', [{ high: 9, committed: 1, waitingSinceMs: ago(seconds) }], {
        retentionMs: 7 * dayMs,
      })
    expect(checkRetention([stage(5 * 86_400)], now)).toMatchObject([{ severity: 'ok' }])
    expect(checkRetention([stage(6 * 86_400)], now)).toMatchObject([
      {
        severity: 'warning',
        message: 'web: unread records of w/0 are deleted in 24 h (retention 7 d)',
        fix: containing(`retention.ms=${14 * dayMs}`),
      },
    ])
    expect(checkRetention([stage(8 * 86_400)], now)[0]?.message).toContain('at any moment')
  })

  it('calls it a problem when records are gone, with the command that goes on', () => {
    const lost = stageTopic('crm', 'channel.crm', [{ low: 40, high: 60, committed: 10 }])
    expect(checkRetention([lost], now)).toMatchObject([
      {
        severity: 'problem',
        message: 'crm: partition 0 of channel.crm: 30 records expired unread',
        fix: containing('tributary sources reset crm'),
      },
    ])
    const anew = stageTopic('profiles', 'profile.log', [{ high: 5, committed: 10 }])
    expect(checkRetention([anew], now)[0]).toMatchObject({
      message: containing('made anew'),
      fix: containing('state directory'),
    })
  })

  it('has nothing to say of topics that keep everything', () => {
    const links = stageTopic('identity', 'identity.links', [
      { high: 9, committed: 0, waitingSinceMs: 0 },
    ])
    expect(checkRetention([links], now)).toMatchObject([{ severity: 'ok' }])
  })
})
