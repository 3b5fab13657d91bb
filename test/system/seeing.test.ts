/* oxlint-disable unicorn/consistent-function-scoping -- a helper stands beside the test that it serves */
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { homeOf } from '#runtime/pseudonym/pseudonym.ts'
import { topicName } from '#schemas/topics.ts'
import { type CliResult, runCli } from '../support/cli/run-cli.ts'
import { declaredMetrics } from '../support/metrics/declared.ts'
import {
  type OtlpReceiver,
  type ReceivedSpan,
  startOtlpReceiver,
} from '../support/otlp/receiver.ts'
import { createInstallation, type Installation } from '../support/pipeline/installation.ts'
import type { ServiceProcess } from '../support/pipeline/service-process.ts'
import { createTcpProxy, type TcpProxy } from '../support/pipeline/tcp-proxy.ts'
import { checkout } from '../world/demo/directory.ts'
import { serviceNames } from '../world/demo/services.ts'

// What an operator sees, on the real thing: which stage is slow, what makes a partition hot, where a record went.

let installation: Installation
let clickhouseWay: TcpProxy
let receiver: OtlpReceiver
let services: readonly ServiceProcess[]

beforeAll(async () => {
  installation = await createInstallation()
  clickhouseWay = await createTcpProxy(installation.environment['CLICKHOUSE_URL'] ?? '')
  receiver = await startOtlpReceiver()
  services = serviceNames.map((name) =>
    installation.start(name, name, {
      CLICKHOUSE_URL: clickhouseWay.url,
      TRIBUTARY_HEALTH_INTERVAL_MS: '500',
      TRIBUTARY_LOG_LEVEL: 'debug',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    }),
  )
  await installation.ready(services)
})
afterAll(async () => {
  await installation.drop()
  await clickhouseWay.close()
  await receiver.close()
})

const patienceMs = 40_000
async function until<T>(what: string, look: () => Promise<T | null>): Promise<T> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const found = await look()
    if (found !== null) return found
    if (performance.now() > deadline) throw new Error(`${what}: not within ${patienceMs / 1000} s`)
    await pause(100)
  }
}

const web = (): string => topicName(installation.prefix, 'channel.web')
let sent = 0
const call = (fields: object): Buffer =>
  Buffer.from(
    JSON.stringify({
      type: 'page',
      messageId: `seen-${sent++}`,
      timestamp: new Date(Date.now() - 1000).toISOString(),
      ...fields,
    }),
  )

/** Sends records to one partition; gives the offset of the first. */
async function send(values: readonly Buffer[], partition = 0): Promise<number> {
  const before = (await installation.admin.offsets(web())).get(partition)?.high ?? 0
  const producer = await installation.kafka.producer()
  await producer.send([
    { topic: web(), records: values.map((value) => ({ key: null, value, partition })) },
  ])
  await producer.close()
  return before
}

interface StageRow {
  readonly stage: string
  readonly status: string
  readonly delay_seconds: number
  readonly slow_step: string
}
interface UnderWay {
  readonly what: string
  readonly under_way: number
  readonly sent: number
  readonly oldest_seconds: number
}

/** The query of docs/observability.md. */
const slowest = async (): Promise<readonly StageRow[]> =>
  installation.clickhouse.query<StageRow>(
    'SELECT stage, status, delay_seconds, slow_step FROM pipeline_stages_now ORDER BY delay_seconds DESC',
  )

async function metricsOf(name: string): Promise<string> {
  const one = services.find(({ service }) => service === name)
  return (await fetch(`${await one?.url()}/metrics`)).text()
}

/** The largest of the series that have these labels; NaN: there is none. */
function valueOf(page: string, metric: string, labels: Readonly<Record<string, string>>): number {
  const values = page
    .split('\n')
    .filter(
      (one) =>
        one.startsWith(`${metric}{`) &&
        Object.entries(labels).every(([name, value]) => one.includes(`${name}="${value}"`)),
    )
    .map((one) => Number(one.split(' ').at(-1)))
  return values.length === 0 ? Number.NaN : Math.max(...values)
}

const doctorSchema = z.object({
  slowest_stage: z.string().nullable(),
  reported: z.array(z.object({ stage: z.string(), slow_step: z.string() })),
})
async function doctor(): Promise<z.infer<typeof doctorSchema>> {
  const { stdout } = await runCli(
    ['doctor', '--json', '--timeout', '40'],
    installation.environment,
    { checkout, now: () => new Date() },
  )
  return doctorSchema.parse(JSON.parse(stdout))
}

test('every stage says that nothing waits, idle as it is, in metrics and in pipeline_stages_now', async () => {
  const stages = await until('every stage', async () => {
    const rows = await slowest()
    return new Set(rows.map(({ stage }) => stage)).size === 7 ? rows : null
  })
  expect(new Set(stages.map(({ stage }) => stage))).toEqual(
    new Set(['email', 'web', 'crm', 'identity', 'profiles', 'clickhouse', 'dead-letters']),
  )
  await until('all fine', async () =>
    (await slowest()).every(({ status }) => status === 'fine') ? true : null,
  )
  for (const [service, stage] of [
    ['web', 'web'],
    ['identity', 'identity'],
    ['profiles', 'profiles'],
    ['profiles', 'clickhouse'],
    ['profiles', 'dead-letters'],
  ] as const)
    expect(valueOf(await metricsOf(service), 'tributary_stage_lag_seconds', { stage })).toBe(0)
})

test('every service serves exactly the metrics that docs/metrics.md lists, with the same help', async () => {
  for (const name of serviceNames) {
    const served = [...(await metricsOf(name)).matchAll(/^# HELP (tributary_\S+ .*)$/gm)]
    const declared = declaredMetrics().filter(({ services: of }) => of.includes(name))
    expect(served.map(([, line]) => String(line)).toSorted()).toEqual(
      declared.map(({ name: metric, help }) => `${metric} ${help}`).toSorted(),
    )
  }
})

test('a ClickHouse that is slow is named: by the query, by the metric and by doctor', async () => {
  const visits = (): readonly Buffer[] =>
    Array.from({ length: 20 }, (_, n) => call({ anonymousId: `slow-${n}` }))
  clickhouseWay.slow(1500)
  try {
    const named = await until('clickhouse is the slowest', async () => {
      await send(visits())
      const [first] = await slowest()
      return first?.stage === 'clickhouse' && first.delay_seconds > 5 ? first : null
    })
    expect(named.status).toBe('waiting')
    await until('the metric says so', async () => {
      await send(visits())
      const page = await metricsOf('profiles')
      const seconds = (stage: string): number =>
        valueOf(page, 'tributary_stage_lag_seconds', { stage })
      return seconds('clickhouse') > 5 && seconds('clickhouse') >= seconds('profiles') ? true : null
    })
    const said = await until('doctor says so', async () => {
      await send(visits())
      const report = await doctor()
      return report.slowest_stage === 'clickhouse' ? report : null
    })
    const profiles = said.reported.find(({ stage }) => stage === 'profiles')
    expect(profiles?.slow_step).toBe('clickhouse')
  } finally {
    clickhouseWay.restore()
  }
  await installation.converged(services)
  // What doctor reads was reported up to an interval ago, when the last rows may still have waited for their store.
  await until('nothing is slow any more', async () =>
    (await doctor()).slowest_stage === null ? true : null,
  )
})

test('while ClickHouse is away reports are dropped and counted, and come again by themselves', async () => {
  const failed = async (): Promise<number> =>
    valueOf(await metricsOf('email'), 'tributary_health_reports_total', { outcome: 'failed' })
  const before = await failed()
  clickhouseWay.cut()
  try {
    await until('a report failed', async () =>
      (await failed()) > (Number.isNaN(before) ? 0 : before) ? true : null,
    )
    const email = services.find(({ service }) => service === 'email')
    const ready = await fetch(`${await email?.url()}/health/ready`)
    expect(ready.status).toBe(200)
  } finally {
    clickhouseWay.restore()
  }
  await until('email reports again', async () => {
    const [row] = await installation.clickhouse.query<{ age: number }>(
      "SELECT dateDiff('second', max(reported_at), now64(3)) AS age FROM pipeline_stages_now WHERE stage = 'email'",
    )
    return Number(row?.age) < 3 ? true : null
  })
})

test('a hot visitor is found by its pseudonym, and its share is a metric', async () => {
  const fragment = installation.pseudonymiser.fragmentId('anonymous_id', 'hot-visitor')
  const partition = String(homeOf(fragment, 4))
  await send(
    Array.from({ length: 300 }, (_, n) =>
      call({ anonymousId: n % 3 === 0 ? `cold-${n}` : 'hot-visitor' }),
    ),
  )
  await installation.converged(services)
  const key = await until('the hot key', async () => {
    const rows = await installation.clickhouse.query<{ key: string; share: number }>(
      "SELECT key, share FROM pipeline_hot_keys WHERE kind = 'fragment' AND partition = {partition:Int32} ORDER BY minute DESC, messages DESC LIMIT 1",
      { partition },
    )
    return rows.find((row) => row.key === fragment) ?? null
  })
  // Visitors of other tests may be in the same window.
  expect(key.share).toBeGreaterThan(0.1)
  expect(
    valueOf(await metricsOf('profiles'), 'tributary_hot_key_ratio', {
      kind: 'fragment',
      partition,
    }),
  ).toBeGreaterThan(0.1)
})

const hop = z.looseObject({ place: z.string(), in_log: z.boolean() })
const rowSchema = z.object({ table: z.string(), version: z.string(), place: z.string() })
const traceSchema = z.object({
  raw: z.array(hop.extend({ replay_of: z.string().nullable() })),
  frames: z.array(hop.extend({ kind: z.string().nullable(), from: z.string().nullable() })),
  events: z.array(
    z.object({
      correlation_id: z.string(),
      event_id: z.string(),
      frame: z.string(),
      member: z.string().nullable(),
      profile_id: z.string().nullable(),
      rows: z.array(rowSchema),
    }),
  ),
  dead_letters: z.array(z.object({ correlation_id: z.string(), reason: z.string() })),
  replays: z.array(z.object({ attempt: z.number(), place: z.string().nullable() })),
})
const runTrace = async (what: string): Promise<CliResult> =>
  runCli(['trace', what, '--json'], installation.environment, { checkout })
async function traced(what: string): Promise<z.infer<typeof traceSchema>> {
  const result = await runTrace(what)
  if (result.stderr !== '') throw new Error(result.stderr)
  return traceSchema.parse(JSON.parse(result.stdout))
}

/** A visitor and a user whose homes are two partitions: then the owner learns of the visit by a Member. */
function pairApart(): { readonly visitor: string; readonly user: string } {
  const { pseudonymiser } = installation
  for (let n = 0; ; n += 1) {
    const [visitor, user] = [`trace-visitor-${n}`, `trace-user-${n}`]
    const homes = [
      homeOf(pseudonymiser.fragmentId('anonymous_id', visitor), 4),
      homeOf(pseudonymiser.fragmentId('user_id', user), 4),
    ]
    if (homes[0] !== homes[1]) return { visitor, user }
  }
}

test('what homes and the linker have sent and the other side has not come to is none when all is quiet', async () => {
  const underWay = async (): Promise<readonly UnderWay[]> =>
    installation.clickhouse.query<UnderWay>(
      'SELECT what, under_way, sent, oldest_seconds FROM identity_under_way ORDER BY what',
    )
  const before = await underWay()
  await send([call({ type: 'identify', anonymousId: 'under-way', userId: 'under-way' })])
  await installation.converged(services)
  const sentOne = (index: number): number => (before[index]?.sent ?? 0) + 1
  // Counters of both sides are written by themselves, a moment later.
  await vi.waitFor(
    async () =>
      expect(await underWay()).toEqual([
        { what: 'assignments', under_way: 0, sent: sentOne(0), oldest_seconds: 0 },
        { what: 'links', under_way: 0, sent: sentOne(1), oldest_seconds: 0 },
      ]),
    { timeout: 10_000, interval: 50 },
  )
})

describe('a record is followed both ways', () => {
  let visit: string
  let version: string
  let profile: string

  test('from the raw record to its event, its decisions and the profile of another partition', async () => {
    const { visitor, user } = pairApart()
    const at = await send([call({ anonymousId: visitor })])
    await installation.converged(services)
    await send([call({ type: 'identify', anonymousId: visitor, userId: user })])
    await installation.converged(services)
    visit = `${web()}:0:${at}`
    const view = await traced(visit)
    expect(view.raw).toMatchObject([{ place: visit, in_log: true, replay_of: null }])
    const [event, ...others] = view.events
    expect(others).toEqual([])
    expect(event?.correlation_id).toBe(`${visit}:0`)
    expect(event?.frame).toMatch(/profile\.log:\d:\d+:\d+$/)
    expect(event?.member).toMatch(/profile\.log:\d:\d+:\d+$/)
    const row = event?.rows.find(({ table }) => table === 'profile_history')
    version = row?.version ?? ''
    profile = event?.profile_id ?? ''
    expect(event?.rows.map(({ table }) => table)).toContain('events')
    // The same place without the installation's prefix, and the event of the record by its own index.
    expect((await traced(`channel.web:0:${at}:0`)).events).toEqual(view.events)
    const identified = await traced(`${web()}:0:${at + 1}`)
    expect(identified.events[0]?.rows.map(({ table }) => table)).toContain('identity_decisions')
  })

  test('from the row of a profile back to the frame, its home and the raw record', async () => {
    const view = await traced(`profile:${profile}:${version}`)
    expect(view.frames.map(({ kind }) => kind)).toContain('member')
    expect(view.raw.map(({ place }) => place)).toContain(visit)
    const member = view.frames.find(({ kind }) => kind === 'member')
    // The frame itself is followed just so.
    expect((await traced(member?.place ?? '')).raw.map(({ place }) => place)).toContain(visit)
  })

  test('of an event that came twice, the second record leads to the row that the first one made', async () => {
    const twice = call({ anonymousId: 'twice' })
    const first = await send([twice])
    await installation.converged(services)
    const second = await send([twice])
    await installation.converged(services)
    const view = await traced(`${web()}:0:${second}`)
    expect(view.events.map(({ correlation_id: id }) => id)).toEqual([`${web()}:0:${first}:0`])
  })

  test('from a record that was refused to its dead letter, its replay and back', async () => {
    const at = await send([Buffer.from('{"type":"page"')])
    await installation.converged(services)
    const place = `${web()}:0:${at}`
    const refused = await until('the dead letter', async () => {
      const view = await traced(place)
      return view.dead_letters.length > 0 ? view : null
    })
    expect(refused.events).toEqual([])
    await installation
      .tributary('deadletter', 'replay', '--where', `place=${web()}/0/${at}`, '--note', 'again')
      .catch(() => undefined)
    await installation.converged(services)
    const replayed = await traced(place)
    expect(replayed.replays).toMatchObject([{ attempt: 2 }])
    const again = replayed.replays[0]?.place ?? ''
    expect(again).toContain('channel.web.replay:')
    expect((await traced(again)).raw.map((one) => one.place).toSorted()).toEqual(
      [place, again].toSorted(),
    )
  })

  test('nothing of it is exit 1, and what is no place is exit 2', async () => {
    const status = async (what: string): Promise<number> => (await runTrace(what)).status
    expect(await status(`${web()}:0:999999`)).toBe(1)
    expect(await status('nonsense')).toBe(2)
    const nowhere = await runTrace(`${web()}:99:1`)
    expect({ status: nowhere.status, ...JSON.parse(nowhere.stderr) }).toMatchObject({
      status: 1,
      error: { code: 'TRB_NOT_FOUND' },
    })
  })
})

const attribute = (span: ReceivedSpan, key: string): unknown =>
  Object.values(span.attributes.find((one) => one.key === key)?.value ?? {})[0]

describe('traces', () => {
  test('lead from a channel service through profiles and the linker, by parent or by link', async () => {
    await send([call({ anonymousId: 'spans-a', userId: 'spans-u' })])
    await installation.converged(services)
    const of = (service: string, name: string): readonly ReceivedSpan[] =>
      receiver.spans.filter((span) => span.service === service && span.name === name)
    const sends = await until('the sends of web', async () => {
      const some = of('tributary-web', 'send')
      return some.length > 0 ? some : null
    })
    const sendIds = new Set(sends.map(({ spanId }) => spanId))
    const batches = await until('batches of profiles that come of them', async () => {
      const some = of('tributary-profiles', `process ${installation.prefix}.profile.log`).filter(
        ({ parentSpanId, links }) =>
          sendIds.has(parentSpanId ?? '') || links.some(({ spanId }) => sendIds.has(spanId)),
      )
      const ids = new Set(some.map(({ spanId }) => spanId))
      const steps = receiver.spans.filter(({ parentSpanId }) => ids.has(parentSpanId ?? ''))
      return new Set(steps.map(({ name }) => name)).size === 5 ? { some, steps } : null
    })
    expect(new Set(batches.steps.map(({ name }) => name))).toEqual(
      new Set(['fold', 'send', 'clickhouse', 'state', 'commit']),
    )
    const profilesIds = new Set(of('tributary-profiles', 'send').map(({ spanId }) => spanId))
    await until('the linker goes on with it', async () => {
      const links = of('tributary-identity', `process ${installation.prefix}.identity.links`)
      const found = links.some(
        ({ parentSpanId, links: many }) =>
          profilesIds.has(parentSpanId ?? '') || many.some(({ spanId }) => profilesIds.has(spanId)),
      )
      return found && of('tributary-identity', 'link').length > 0 ? true : null
    })
    const channel = new Set(
      receiver.spans.filter(({ service }) => service === 'tributary-web').map(({ name }) => name),
    )
    const expected = [`process ${web()}`, 'normalise', 'decode', 'send', 'commit']
    expect(expected.filter((name) => !channel.has(name))).toEqual([])
    const names = batches.some.map((span) => attribute(span, 'messaging.destination.name'))
    expect(new Set(names)).toEqual(new Set([`${installation.prefix}.profile.log`]))
  })

  test('carry nothing of a person, and say at debug level where in the log they are', async () => {
    const all = receiver.bodies.join('\n')
    for (const name of ['hot-visitor', 'trace-visitor', 'trace-user', 'anonymous_id:', 'user_id:'])
      expect(all).not.toContain(name)
    const log = readFileSync(
      services.find(({ service }) => service === 'web')?.logFile ?? '',
      'utf8',
    )
    expect(log).toMatch(/"from":"[^"]*channel\.web:0:\d+","to":"[^"]*channel\.web:0:\d+"/)
    expect(log).toMatch(/"traceparent":"00-[0-9a-f]{32}-[0-9a-f]{16}-01"/)
  })
})

test('services stop in order with spans and reports under way', async () => {
  const exits = await Promise.all(services.map(async (service) => service.stop()))
  expect(exits.map(({ code }) => code)).toEqual(services.map(() => 0))
})
