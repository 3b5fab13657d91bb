import { expect, it } from 'vitest'
import { heapUsed } from '../../../../test/support/heap.ts'
import { createMetrics } from '../../telemetry/index.ts'
import { createChannelMetrics } from './channel-metrics.ts'

it('counts sensitive fields by name, and no more names than a metric can bear', async () => {
  const metrics = createMetrics('test')
  const channel = createChannelMetrics(metrics)
  for (let at = 0; at < 1000; at += 1) channel.sensitiveField('shop', `password_${at}`)
  channel.sensitiveField('shop', 'password_0')
  channel.sensitiveField('shop', 'password of ada@shop.test')
  channel.batch(1, 1)
  const lines = (await metrics.text())
    .split('\n')
    .filter((line) => line.includes('channel_sensitive_fields_total{'))
  expect(lines).toHaveLength(201)
  expect(lines.find((line) => line.includes('"password_0"'))).toMatch(/ 2$/)
  expect(lines.find((line) => line.includes('"other"'))).toMatch(/ 801$/)
  expect(lines.join('\n')).not.toContain('ada')
})

it('keeps of a long name what it shows of it', () => {
  const channel = createChannelMetrics(createMetrics('test'))
  const before = heapUsed()
  for (let at = 0; at < 100; at += 1)
    channel.sensitiveField('shop', Buffer.alloc(2 ** 19, `password_${at}_`).toString())
  channel.batch(1, 1)
  expect(heapUsed() - before).toBeLessThan(10 * 2 ** 20)
})

it('counts events of machines by reason, and no more reasons than a metric can bear', async () => {
  const metrics = createMetrics('test')
  const channel = createChannelMetrics(metrics)
  channel.routed('shop', 'page_viewed', null, true)
  channel.routed('shop', 'page_viewed', 'click_burst', true)
  channel.routed('shop', 'page_viewed', 'click_burst', true)
  for (let at = 0; at < 100; at += 1) channel.routed('shop', 'page_viewed', `reason ${at}`, true)
  channel.batch(1, 1)
  const lines = (await metrics.text())
    .split('\n')
    .filter((line) => line.includes('channel_events_total{'))
  expect(lines).toHaveLength(32)
  expect(lines.find((line) => line.includes('machine="no"'))).toMatch(/ 1$/)
  expect(lines.find((line) => line.includes('machine="click_burst"'))).toMatch(/ 2$/)
  expect(lines.find((line) => line.includes('machine="other"'))).toMatch(/ 71$/)
})

it('counts values that name a person by source and place', async () => {
  const metrics = createMetrics('test')
  const channel = createChannelMetrics(metrics)
  for (const field of ['traits.country', 'consent', 'consent']) channel.personalValue('shop', field)
  channel.batch(1, 1)
  const text = await metrics.text()
  expect(text).toMatch(/channel_personal_values_total\{.*field="traits\.country".*\} 1$/m)
  expect(text).toMatch(/channel_personal_values_total\{.*field="consent".*\} 2$/m)
})

it('shows each reason for which a partition waits by itself, as long as it does', async () => {
  const metrics = createMetrics('test')
  const channel = createChannelMetrics(metrics)
  const shown = async (): Promise<readonly (string | undefined)[]> =>
    [
      ...(await metrics.text()).matchAll(
        /^tributary_channel_partition_waiting\{.*why="(\w+)".* 1$/gm,
      ),
    ].map(([, why]) => why)
  channel.waiting('channel.web', 0, 'registry', true)
  channel.waiting('channel.web', 0, 'offset', true)
  expect(await shown()).toEqual(['registry', 'offset'])
  channel.waiting('channel.web', 0, 'registry', false)
  expect(await shown()).toEqual(['offset'])
  channel.waiting('channel.web', 0, 'offset', false)
  expect(await shown()).toEqual([])
})
