import { expect, test } from 'vitest'
import { TributaryError } from '#runtime/errors/index.ts'
import { requireGroup } from '#runtime/groups/index.ts'
import { auditedIn, type AuditTrail } from './audit.ts'
import type { ExitStatus } from './terminal.ts'

interface Row {
  readonly audit_id: string
  readonly at: string
  readonly version: string
  readonly ended_at: string | null
  readonly outcome: string
  readonly details: string
}

const away = new TributaryError('TRB_CLICKHOUSE_UNAVAILABLE', 'away')

/** A table that takes the first so many rows. */
function table(takes = Number.POSITIVE_INFINITY) {
  const rows: Row[] = []
  return {
    rows,
    async insertLines(_: string, __: string, ___: unknown, lines: Buffer): Promise<void> {
      if (rows.length >= takes) throw away
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as it is written
      rows.push(JSON.parse(lines.toString()) as Row)
    },
  }
}

const now = (): Date => new Date('2026-03-02T00:00:00.000Z')
const given = { command: 'identity merge', by: 'grace', reason: 'ticket 7', details: { n: 1 } }

const run = (
  sink: ReturnType<typeof table>,
  work: (trail: AuditTrail) => Promise<ExitStatus>,
): Promise<ExitStatus> => auditedIn(sink, now, given, work)

test('that a command begins is written before it does anything, how it ended stands in its place', async () => {
  const sink = table()
  const seen: number[] = []
  await run(sink, async (trail) => {
    seen.push(sink.rows.length)
    trail.about(['hash'])
    trail.add({ commands: 2 })
    return 0
  })
  expect(seen).toEqual([1])
  const [begun, done] = sink.rows
  expect(begun).toMatchObject({
    command: 'identity merge',
    actor: 'grace',
    reason: 'ticket 7',
    outcome: 'begun',
    ended_at: null,
    subject: [],
    details: '{"n":1}',
  })
  expect(done).toMatchObject({
    outcome: 'done',
    ended_at: now().toISOString(),
    subject: ['hash'],
    details: '{"commands":2,"n":1}',
  })
  expect([done?.audit_id, done?.at]).toEqual([begun?.audit_id, begun?.at])
  expect(Number(done?.version)).toBeGreaterThan(Number(begun?.version))
})

test('nothing is done that cannot be written down', async () => {
  let done = false
  const work = async (): Promise<ExitStatus> => {
    done = true
    return 0
  }
  await expect(run(table(0), work)).rejects.toBe(away)
  expect(done).toBe(false)
})

test('a command that failed says so, by the code of its error and without its words', async () => {
  const sink = table()
  const error = new TributaryError('TRB_NOT_FOUND', 'nobody is called Ada')
  await expect(
    run(sink, async () => {
      throw error
    }),
  ).rejects.toBe(error)
  expect(sink.rows.at(-1)).toMatchObject({
    outcome: 'failed',
    details: '{"error":"TRB_NOT_FOUND","n":1}',
  })
  expect(JSON.stringify(sink.rows)).not.toContain('Ada')
})

test('an error of the work is told though its end cannot be written down', async () => {
  const error = new TypeError('a bug')
  await expect(
    run(table(1), async () => {
      throw error
    }),
  ).rejects.toBe(error)
})

test('a command whose end cannot be written down fails, and says that it is done', async () => {
  await expect(run(table(1), async () => 0)).rejects.toThrow('is done')
})

test('a finding is found; what was not done although nothing was wrong has failed', async () => {
  const sink = table()
  await run(sink, async () => 1)
  await run(sink, async (trail) => {
    trail.failed()
    return 1
  })
  expect(sink.rows.map(({ outcome }) => outcome)).toEqual(['begun', 'found', 'begun', 'failed'])
})

test('an exception for a small group is in the entry before anything is shown', async () => {
  const sink = table()
  const stored: Row[] = []
  await run(sink, async (trail) => {
    await requireGroup(3, 10, trail.smallGroups('case 17'))
    stored.push(...sink.rows)
    return 0
  })
  const details = '{"n":1,"small_group":{"reason":"case 17","size_below":10}}'
  expect(stored.at(-1)).toMatchObject({ outcome: 'begun', details })
  expect(sink.rows.at(-1)).toMatchObject({ outcome: 'done', details })
})

test('without the exception it is refused, and that is in the entry', async () => {
  const sink = table()
  await expect(
    run(sink, async (trail) => {
      await requireGroup(3, 10, trail.smallGroups(null))
      return 0
    }),
  ).rejects.toMatchObject({ code: 'TRB_GROUP_TOO_SMALL' })
  expect(sink.rows.at(-1)).toMatchObject({ outcome: 'failed' })
})
