import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import {
  createHealth,
  createLogger,
  createMetrics,
  silentLogger,
  startTelemetryServer,
} from './index.ts'
import { seriesPerMetricMax } from './metrics.ts'

test('metrics, liveness, readiness and reasons are served on a port that is told in a file', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tributary-telemetry-'))
  const portFile = join(directory, 'port.json')
  const health = createHealth()
  const metrics = createMetrics('email')
  metrics
    .counter({ name: 'events_total', help: 'Events', labels: ['topic'] })
    .add({ topic: 'a' }, 2)
  const server = await startTelemetryServer({
    host: '127.0.0.1',
    port: 0,
    portFile,
    health,
    metrics,
    log: silentLogger,
  })
  const get = async (path: string): Promise<readonly [number, string]> => {
    const response = await fetch(`${server.url}${path}`)
    return [response.status, await response.text()]
  }
  expect(JSON.parse(readFileSync(portFile, 'utf8'))).toMatchObject({ port: server.port })
  expect((await get('/health/ready'))[0]).toBe(503)
  health.setPhase('running')
  health.report('kafka', null)
  expect((await get('/health/ready'))[0]).toBe(200)
  health.report('clickhouse', 'connection refused')
  expect((await get('/health/ready'))[0]).toBe(503)
  expect((await get('/health/live'))[0]).toBe(200)
  const [status, body] = await get('/health')
  expect([status, JSON.parse(body)]).toEqual([
    200,
    {
      status: 'degraded',
      checks: [
        { name: 'clickhouse', ok: false, why: 'connection refused' },
        { name: 'kafka', ok: true, why: null },
      ],
    },
  ])
  expect((await get('/metrics'))[1]).toContain(
    'tributary_events_total{topic="a",service="email"} 2',
  )
  expect((await get('/other'))[0]).toBe(404)
  await server.close()
  rmSync(directory, { recursive: true })
})

test('the series of a metric are bounded, whatever is put into a label', async () => {
  const metrics = createMetrics('web')
  const counter = metrics.counter({ name: 'mistakes_total', help: 'x', labels: ['id'] })
  for (let id = 0; id < seriesPerMetricMax + 10; id += 1) counter.add({ id })
  const lines = (await metrics.text()).split('\n').filter((line) => line.includes('{id='))
  expect(lines).toHaveLength(seriesPerMetricMax + 1)
  expect(lines.at(-1)).toContain('id="other",service="web"} 10')
})

test('a series that was removed leaves its place to another one', async () => {
  const metrics = createMetrics('drift')
  const gauge = metrics.gauge({ name: 'open', help: 'x', labels: ['subject'] })
  for (let subject = 0; subject < seriesPerMetricMax + 10; subject += 1) {
    gauge.set({ subject }, 1)
    gauge.remove({ subject })
  }
  gauge.set({ subject: 'last' }, 1)
  const lines = (await metrics.text()).split('\n').filter((line) => line.includes('{subject='))
  expect(lines).toEqual(['tributary_open{subject="last",service="drift"} 1'])
})

test('asking twice for a metric gives the same one', async () => {
  const metrics = createMetrics('web')
  for (const _ of [1, 2]) metrics.counter({ name: 'n_total', help: 'x', labels: [] }).add({})
  expect(await metrics.text()).toContain('tributary_n_total{service="web"} 2')
})

test('log lines are JSON with service, level and time', () => {
  const lines: string[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  createLogger({ service: 'crm', level: 'info', stream })
    .child({ partition: 3 })
    .warn({ lag: 5 }, 'behind')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { level: 'warn', service: 'crm', partition: 3, lag: 5, msg: 'behind' },
  ])
})
