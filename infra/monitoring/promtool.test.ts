import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { monitoring, ruleFiles, ruleTests } from '../../test/support/monitoring/rule-files.ts'
import { missingTools, runTool, type Tool } from '../../test/support/monitoring/tools.ts'
import { rows } from './grafana/dashboard.ts'

const directory = mkdtempSync(join(tmpdir(), 'tributary-promtool-'))
afterAll(() => rmSync(directory, { recursive: true }))

const missing = missingTools('promtool', 'amtool')
beforeEach(({ skip }) => {
  if (missing !== null) skip(missing)
})

const says = async (tool: Tool, ...args: readonly string[]): Promise<string> => {
  const { said, status } = await runTool(tool, args, monitoring)
  expect({ args, said, status }).toEqual({ args, said, status: 0 })
  return said
}

it('promtool takes the configuration and the rules, and finds nothing to say of them', async () => {
  await says('promtool', 'check', 'config', 'prometheus.yml')
  const files = ruleFiles().map((name) => `rules/${name}`)
  expect(files.length).toBeGreaterThan(3)
  await says('promtool', 'check', 'rules', '--lint=all', '--lint-fatal', ...files)
})

it.each(ruleTests())(
  'rules fire when they should, and not when they should not: %s',
  async (name) => {
    expect(await says('promtool', 'test', 'rules', `rules/${name}`)).toContain('SUCCESS')
  },
)

it('a rule that is broken is found by its test', async () => {
  const rules = { groups: [{ name: 'x', rules: [{ alert: 'Watchdog', expr: 'vector(1) > 1' }] }] }
  writeFileSync(join(directory, 'broken.rules.yml'), stringify(rules))
  const test = {
    rule_files: ['broken.rules.yml'],
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        alert_rule_test: [
          { eval_time: '5m', alertname: 'Watchdog', exp_alerts: [{ exp_labels: {} }] },
        ],
      },
    ],
  }
  writeFileSync(join(directory, 'broken.test.yml'), stringify(test))
  const { said, status } = await runTool(
    'promtool',
    ['test', 'rules', 'broken.test.yml'],
    directory,
  )
  expect([status, said]).toEqual([1, expect.stringContaining('FAILED')])
})

it('every expression of the dashboard is PromQL', async () => {
  const expressions = rows
    .flatMap(({ panels }) => panels)
    .flatMap(({ queries }) => queries.map(({ expr }) => expr.replaceAll('$service', '.*')))
  const file = join(directory, 'dashboard.yml')
  const rules = expressions.map((expr, place) => ({ record: `panel_${place}`, expr }))
  writeFileSync(file, stringify({ groups: [{ name: 'dashboard', rules }] }))
  expect(await says('promtool', 'check', 'rules', file)).toContain(`${rules.length} rules found`)
})

it('amtool takes the routes', async () => {
  expect(await says('amtool', 'check-config', 'alertmanager.yml')).toContain('SUCCESS')
})

it.each([
  ['a call', 'on-call', 'alertname=KafkaAway severity=critical owner=on-call'],
  ['a ticket', 'tickets', 'alertname=StageBehind severity=warn owner=on-call'],
  ['what has no severity', 'on-call', 'alertname=SomethingElse'],
  ['the watchdog', 'watchdog', 'alertname=Watchdog severity=none owner=on-call'],
  ['drift', 'owners', 'alertname=DataDrifted severity=critical owner=on-call kind=freshness'],
  ['drift that can wait', 'owners', 'alertname=DataDrifted severity=warn owner=crm@shop.example'],
  [
    'drift of a team',
    'growth',
    'alertname=DataDrifted severity=critical owner=growth@shop.example',
  ],
  [
    'drift of a team that can wait',
    'growth',
    'alertname=DataDrifted severity=warn owner=growth@shop.example',
  ],
  [
    'drift that is small',
    'nobody',
    'alertname=DataDrifted severity=info owner=growth@shop.example',
  ],
])('%s goes to %s', async (_, receiver, labels) => {
  const args = ['config', 'routes', 'test', '--config.file=alertmanager.yml']
  expect(await says('amtool', ...args, ...labels.split(' '))).toMatch(
    new RegExp(`^${receiver}$`, 'm'),
  )
})
