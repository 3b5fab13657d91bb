import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { driftKinds } from '#runtime/definition/drift-schema.ts'
import { severities } from '../../services/drift/core/watch/assess.ts'
import { knownSeries, labelsOf, unknownIn } from '../../test/support/monitoring/known-series.ts'
import { readsOf } from '../../test/support/monitoring/promql.ts'
import { monitoring, readRules, ruleTests } from '../../test/support/monitoring/rule-files.ts'
import { checkout } from '../../test/world/demo/directory.ts'
import { auditedCommands, unauditedCommands } from '../../services/cli/commands/audited.ts'
import { dashboard, rows } from './grafana/dashboard.ts'

const { alerts, records } = readRules()
const known = await knownSeries()
const names = new Set(alerts.map(({ alert }) => alert))
const read = (path: string): string => readFileSync(join(checkout, path), 'utf8')

it('an expression is read as what it is: metrics with labels, groups, no functions and no words', () => {
  const expression =
    'sum by (service) (rate(a_total{x="b{c}",y=~"d|e"}[5m] offset 1d)) / on (z) group_left () max(f:g > bool 0.95) unless up'
  expect(readsOf(expression)).toEqual({
    metrics: [
      { name: 'a_total', labels: ['x', 'y'] },
      { name: 'f:g', labels: [] },
      { name: 'up', labels: [] },
    ],
    grouped: ['service', 'z'],
  })
  expect(unknownIn('sum by (stage) (tributary_ready{check="a"}) + nothing', known)).toEqual([
    'nothing',
    'tributary_ready{check}',
    'by (stage)',
  ])
})

it('rules read metrics and labels that services write', () => {
  for (const { expr } of [...alerts, ...records])
    expect({ expr, unknown: unknownIn(expr, known) }).toEqual({ expr, unknown: [] })
})

it('each alert says how bad it is, who is told, what it is and what to do', () => {
  for (const { alert, annotations, expr, labels } of alerts) {
    const bySeries = labelsOf(expr, known)
    const hasLabel = (name: string): boolean => name in labels || bySeries.has(name)
    expect([alert, hasLabel('severity'), hasLabel('owner')]).toEqual([alert, true, true])
    const { severity = 'critical' } = labels
    expect([...severities, 'none']).toContain(severity)
    expect(annotations).toEqual({
      summary: expect.stringMatching(/\w/) as unknown,
      description: expect.stringMatching(/\.$/) as unknown,
      runbook: `docs/runbooks/${alert}.md`,
    })
    const said = Object.values(annotations).join(' ')
    for (const [, label = ''] of said.matchAll(/\$labels\.(\w+)/g))
      expect([alert, label, bySeries.has(label)]).toEqual([alert, label, true])
  }
})

it('each alert has a runbook of its name, and each runbook an alert', () => {
  // What the monitor finds is one alert, and a page with a section for each kind.
  const pages = readdirSync(join(checkout, 'docs/runbooks')).filter((name) => name !== 'drift.md')
  expect(pages.toSorted()).toEqual([...names].map((name) => `${name}.md`).toSorted())
  for (const name of names) {
    const page = read(`docs/runbooks/${name}.md`)
    expect(page.startsWith(`# ${name}\n`)).toBe(true)
    expect([name, [...page.matchAll(/^## (.+)$/gm)].map(([, title]) => title)]).toEqual([
      name,
      ['What it means', 'Look', 'Do', 'Over when'],
    ])
  }
  const drift = read('docs/runbooks/drift.md')
  for (const kind of driftKinds) expect(drift).toContain(`\n## ${kind}\n`)
})

it('runbooks query metrics and labels that there are, and name commands that there are', () => {
  const commands = Object.keys({ ...auditedCommands, ...unauditedCommands })
  for (const name of names) {
    const page = read(`docs/runbooks/${name}.md`)
    const looks = [...page.matchAll(/^ {4}(\S.*?)(?: {2,}#.*| #.*)?$/gm)].map(
      ([, look = '']) => look,
    )
    expect([name, looks.length > 0]).toEqual([name, true])
    for (const look of looks.filter(
      (one) => !/^(?:SELECT|curl|docker|du|journalctl|tributary ) ?/.test(one),
    ))
      expect([name, look, unknownIn(look, known)]).toEqual([name, look, []])
    for (const [metric] of page.matchAll(/(?<![\w:])tributary_[a-z_]+(?![\w:])/g))
      expect([name, metric, known.has(metric)]).toEqual([name, metric, true])
    for (const [, words = ''] of page.matchAll(/\btributary ([a-z][a-z -]*)/g))
      expect([
        name,
        words,
        commands.some((one) => `${words.trim()} `.startsWith(`${one} `)),
      ]).toEqual([name, words, true])
  }
})

const tested = z.object({
  tests: z.array(
    z.object({
      alert_rule_test: z
        .array(z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()) }))
        .default([]),
      promql_expr_test: z
        .array(
          z.object({ expr: z.string(), exp_samples: z.array(z.object({ labels: z.string() })) }),
        )
        .default([]),
    }),
  ),
})

it('each alert is seen firing by a test of promtool', () => {
  const seen = ruleTests()
    .flatMap((name) => tested.parse(parse(read(`infra/monitoring/rules/${name}`))).tests)
    .flatMap(({ alert_rule_test: alerted, promql_expr_test: asked }) => [
      ...alerted.filter((one) => one.exp_alerts.length > 0).map(({ alertname }) => alertname),
      ...asked.flatMap(({ exp_samples: found, expr }) =>
        found.flatMap(({ labels }) =>
          [...`${expr} ${labels}`.matchAll(/alertname=~?"([^"]*)"/g)].flatMap(([, of = '']) =>
            of.split('|'),
          ),
        ),
      ),
    ])
  expect([...names].filter((name) => !seen.includes(name))).toEqual([])
})

const matchers = z.array(z.string())
const alertmanager = z.object({
  inhibit_rules: z.array(
    z.object({ source_matchers: matchers, target_matchers: matchers, equal: z.array(z.string()) }),
  ),
})

it('inhibitions are of alerts that there are, and stay within one installation', () => {
  const file = readFileSync(join(monitoring, 'alertmanager.yml'), 'utf8')
  const { inhibit_rules: rules } = alertmanager.parse(parse(file))
  expect(rules.length).toBeGreaterThan(5)
  for (const { equal, source_matchers: source, target_matchers: target } of rules) {
    expect(equal).toContain('installation')
    for (const matcher of [...source, ...target]) {
      const [, of = ''] = /^alertname =~? "(.*)"$/.exec(matcher) ?? []
      for (const name of of.split('|').filter((one) => one !== ''))
        expect([matcher, names.has(name)]).toEqual([matcher, true])
    }
  }
})

it('Prometheus asks every service, and reads the rules that are here', () => {
  const file = readFileSync(join(monitoring, 'prometheus.yml'), 'utf8')
  for (const service of ['email', 'web', 'crm', 'identity', 'profiles', 'drift'])
    expect(file).toContain(`{ targets: ['${service}:8080'], labels: { service: ${service} } }`)
  expect(file).toContain('rule_files: [rules/*.rules.yml]')
})

it('the dashboard is as its script makes it', async () => {
  await expect(`${JSON.stringify(dashboard(), null, 2)}\n`).toMatchFileSnapshot(
    './grafana/tributary.json',
  )
})

it('panels read metrics and labels that services write, say what they show, and overlap nowhere', () => {
  for (const { panels } of rows)
    for (const { description, queries } of panels) {
      expect(description).toMatch(/\.$/)
      for (const { expr, legend } of queries) {
        expect({ expr, unknown: unknownIn(expr, known) }).toEqual({ expr, unknown: [] })
        for (const [, label = ''] of legend.matchAll(/\{\{(\w+)\}\}/g))
          expect([expr, label, labelsOf(expr, known).has(label)]).toEqual([expr, label, true])
      }
    }
  const placed = z
    .object({
      panels: z.array(
        z.object({
          gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
        }),
      ),
    })
    .parse(dashboard()).panels
  const cells = placed.flatMap(({ gridPos: { h, w, x, y } }) =>
    Array.from({ length: w * h }, (_, n) => `${x + (n % w)}/${y + Math.floor(n / w)}`),
  )
  expect(new Set(cells).size).toBe(cells.length)
})

it('Grafana finds the dashboard and the data where the provisioning says', () => {
  expect(existsSync(join(monitoring, 'grafana/provisioning/datasources/prometheus.yml'))).toBe(true)
  const providers = parse(
    readFileSync(join(monitoring, 'grafana/provisioning/dashboards/tributary.yml'), 'utf8'),
  ) as unknown
  expect(providers).toMatchObject({
    providers: [{ type: 'file', options: { path: '/var/lib/grafana/dashboards' } }],
  })
})
