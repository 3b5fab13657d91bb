import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runCli } from '../../../test/support/cli/run-cli.ts'
import { documentedQuery } from '../../../test/support/clickhouse/documented-queries.ts'

const columns =
  'profile_id,email_engagement, web_activity,orders,last_order_at,loyalty_tier,consent,as_of'

test('prints the look-up that the docs show, of the shipped file and without a connection', async () => {
  const { status, stderr, stdout } = await runCli(['profile', 'query', '--columns', columns])
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toBe(documentedQuery('A few values of one person, while a page waits for them'))
})

test('of another file it knows that file’s columns, and names its parameter', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tributary-query-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const file = join(directory, 'pipeline.yaml')
  writeFileSync(
    file,
    `sources:
  - { channel: web, topics: [channel.web], format: json, source: segment }
purposes:
  service: What the contract needs
features:
  - name: visits
    description: Page views, fading
    kind: decayed_count
    events: [page_viewed]
    half_life: 7d
    purpose: service
`,
  )
  const { status, stderr, stdout } = await runCli([
    'profile',
    'query',
    file,
    '--by',
    'alias',
    '--columns',
    'visits',
    '--json',
  ])
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const printed: unknown = JSON.parse(stdout)
  expect(printed).toMatchObject({ parameter: 'old_profile_id' })
  expect(stdout).toContain('p.`f_visits_half_life_ms`) AS `visits`')
})

test('a column that the view has not is a usage error that says which it has', async () => {
  const { status, stderr } = await runCli(['profile', 'query', '--columns', 'shoe_size', '--json'])
  expect(status).toBe(2)
  expect(JSON.parse(stderr)).toMatchObject({
    error: { code: 'TRB_USAGE', message: 'profiles_now has no column shoe_size' },
  })
  expect(stderr).toContain('It has profile_id, version')
})
