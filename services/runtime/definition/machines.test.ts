import { describe, expect, it } from 'vitest'
import { definitionVersion } from '../event/ids.ts'
import { loadDefinition } from './load-definition.ts'
import { parsePipeline } from './parse-pipeline.ts'
import { pipelineText } from './testing/pipeline-text.ts'

const text = (machines: string) => pipelineText({ rest: `machines: ${machines}\n` })
const rules = (machines: string) => loadDefinition(text(machines), definitionVersion(1)).machines
const findings = (machines: string) =>
  parsePipeline(text(machines)).findings.map(
    ({ severity, code, path }) => `${severity} ${code} ${path}`,
  )

describe('machines', () => {
  it('are looked for though a file says nothing of them', () => {
    expect(loadDefinition(pipelineText(), definitionVersion(1)).machines).toEqual({
      clickBurst: { links: 4, withinMs: 2_000 },
      clickOnDelivery: { withinMs: 1_000 },
      rate: { events: 60, withinMs: 10_000 },
    })
  })

  it('each rule can be set, in part too, or switched off', () => {
    expect(rules('{click_burst: {links: 6}, click_on_delivery: off, rate: {within: 5s}}')).toEqual({
      clickBurst: { links: 6, withinMs: 2_000 },
      clickOnDelivery: null,
      rate: { events: 60, withinMs: 5_000 },
    })
    expect(rules('{click_burst: off, rate: off}')).toMatchObject({ clickBurst: null, rate: null })
  })

  it('a rule that people would meet is warned of, and one over more than a minute refused', () => {
    expect(
      findings(
        '{click_burst: {links: 5, within: 10s}, click_on_delivery: {within: 5s}, rate: {events: 10}}',
      ),
    ).toEqual([
      'warning machine_rule_too_wide machines.click_burst',
      'warning machine_rule_too_wide machines.click_on_delivery',
      'warning machine_rule_too_wide machines.rate',
    ])
    expect(findings('{click_burst: {links: 2}}')).toEqual([
      'warning machine_rule_too_wide machines.click_burst',
    ])
    expect(findings('{rate: {events: 1000, within: 2m}}')).toEqual([
      'error machine_rule_too_wide machines.rate.within',
    ])
    expect(findings('{}')).toEqual([])
  })

  it('a mistake inside of a rule is found where it stands', () => {
    expect(findings('{click_burst: {lnks: 5}}')).toEqual([
      'error unknown_key machines.click_burst.lnks',
    ])
    expect(findings('{rate: {events: 1}}')).toEqual(['error invalid_value machines.rate.events'])
    expect(findings('{rate: {within: 10}}')).toEqual(['error invalid_value machines.rate.within'])
    expect(findings('{rate: none}')).toEqual(['error invalid_value machines.rate'])
  })
})
