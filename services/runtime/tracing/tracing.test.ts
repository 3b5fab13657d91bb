import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createServiceConfig } from '../config/service-config.ts'
import { epochMs, offset } from '../event/ids.ts'
import type { KafkaRecord } from '../kafka/ports.ts'
import { carrying, linksMax, traceparentsOf } from './carry.ts'
import { openTracing, tracingVariables } from './index.ts'
import { isTraceparent } from './port.ts'

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const record = (headers: Readonly<Record<string, string>>): KafkaRecord => ({
  offset: offset(1),
  timestamp: epochMs(1),
  key: null,
  value: null,
  headers: Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)]),
  ),
})
const configOf = (env: Readonly<Record<string, string>>) =>
  createServiceConfig(tracingVariables).parse(env)

describe('tracing', () => {
  it('is off unless a receiver is named, and by the standard switch', async () => {
    expect(await openTracing('web', configOf({}))).toBe(null)
    expect(
      await openTracing(
        'web',
        configOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_SDK_DISABLED: 'true' }),
      ),
    ).toBe(null)
  })

  it('costs nothing while it is off: one module alone knows OpenTelemetry, and that is loaded when it is needed', () => {
    const services = join(import.meta.dirname, '../..')
    const files = readdirSync(services, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
    )
    const importing = (what: string): readonly string[] =>
      files.filter((file) =>
        new RegExp(`^(?:import|export) .*from '${what}|^} from '${what}`, 'm').test(
          readFileSync(join(services, file), 'utf8'),
        ),
      )
    expect(importing('@opentelemetry/')).toEqual([join('runtime', 'tracing', 'otel.ts')])
    expect(importing(String.raw`\./otel\.ts`)).toEqual([])
  })

  it('refuses a ratio that is none', () => {
    for (const ratio of ['2', '-1', 'half'])
      expect(() => configOf({ OTEL_TRACES_SAMPLER_ARG: ratio })).toThrow('is not from 0 to 1')
  })

  it('ends when the process does, though the receiver is away', async () => {
    const tracing = await openTracing(
      'web',
      configOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }),
    )
    const span = tracing?.start('process', { kind: 'consumer', links: [traceparent, 'nonsense'] })
    expect(isTraceparent(span?.traceparent ?? '')).toBe(true)
    span?.failed(new Error('ada@example.org was refused'))
    span?.end()
    const startedAt = performance.now()
    await tracing?.close()
    expect(performance.now() - startedAt).toBeLessThan(5000)
  })

  it('goes on with a trace where a parent is given', async () => {
    const tracing = await openTracing(
      'web',
      configOf({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:1/v1/traces' }),
    )
    const child = tracing?.start('send', { kind: 'producer', parent: traceparent })
    expect(child?.traceparent.split('-')[1]).toBe(traceparent.split('-')[1])
    child?.end()
    await tracing?.close()
  })
})

describe('records', () => {
  it('carry the span that sent them, only on our own topics, and beside what they carry anyway', () => {
    const batches = [
      { topic: 'profile.log', records: [{ key: null, value: null, headers: { a: 'b' } }] },
      { topic: 'profile.segments', records: [{ key: null, value: null }] },
    ]
    expect(carrying(batches, ['profile.log'], null)).toBe(batches)
    expect(carrying(batches, ['profile.log'], traceparent)).toEqual([
      {
        topic: 'profile.log',
        records: [{ key: null, value: null, headers: { a: 'b', traceparent } }],
      },
      batches[1],
    ])
  })

  it('say where they come from, each source once, and not more than a batch may name', () => {
    const other = traceparent.replace('b7ad', 'c7ad')
    expect(
      traceparentsOf([
        record({ traceparent }),
        record({ traceparent: 'ada@example.org' }),
        record({}),
        record({ traceparent }),
        record({ traceparent: other }),
      ]),
    ).toEqual([traceparent, other])
    const many = Array.from({ length: 100 }, (_, n) =>
      record({ traceparent: traceparent.replace('b7ad', String(1000 + n)) }),
    )
    expect(traceparentsOf(many)).toHaveLength(linksMax)
  })
})
