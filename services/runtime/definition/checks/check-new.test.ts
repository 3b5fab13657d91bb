import { describe, expect, it } from 'vitest'
import { definitionVersion, epochMs } from '../../event/ids.ts'
import { planDeployment } from '../deploy/plan.ts'
import type { Finding } from '../findings.ts'
import { identityPolicy } from '../identity-policy.ts'
import { loadDefinition } from '../load-definition.ts'
import { lintPipeline } from '../lint.ts'
import { pipelineText } from '../testing/pipeline-text.ts'
import { patternCost } from './pattern-cost.ts'

const isError = ({ severity }: Finding): boolean => severity === 'error'
const kindOf = (source: string): string => patternCost(new RegExp(source, 'u')).kind

const blocking = (pattern: string): string =>
  pipelineText({
    rest: `identity: {types: {user_id: {blocked: [${JSON.stringify(pattern)}]}}}\n`,
  })

const capped = (cap: number): string => pipelineText({ rest: `identity: {cap: ${cap}}\n` })

describe('what a pattern may cost', () => {
  it.each([
    '^test',
    '(noreply|no-reply)@',
    '^0+$',
    '^guest[-_]?\\d*$',
    '.*guest.*',
    '^\\s+|\\s+$',
    '(^|[._-])ssn([._-]|$)',
    '^\\+?49(0{5,}|1{5,})$',
    '^.*@example\\.com$',
    '^[^@]+@[^@]+\\.[a-z]{2,}$',
    '^[\\w.+-]+@(test|example)\\.(com|org)$',
    '^(test|demo|qa)([-_.+]|$)',
    '^([a-z0-9]+\\.)+example\\.com$',
    '^(foo-\\d+,)*$',
    '^[0-9a-f]{64}$',
    '^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}0{12}$',
    '(.)\\1{5,}',
    '(?<!x)test$',
  ])('bears /%s/', (source) => {
    expect(kindOf(source)).toBe('bearable')
  })

  it.each([
    '^(\\w+-?)*$',
    '^(a+)+$',
    '(.*)*x',
    '^(x+x+)+y$',
    '(\\w|\\d)+$',
    '(a|a)*$',
    '^(a|ab|b)*c$',
    '^(\\p{L}+ ?)+$',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    '^\\S+@\\S+\\.\\S+$',
    '^.*a.*b.*c.*d$',
    '^(a{1,50}){1,50}$',
    '^(?!(a+)+$).*',
  ])('does not bear /%s/', (source) => {
    expect(kindOf(source)).toBe('explosive')
  })
})

describe('a pattern that a text can keep busy for ever', () => {
  const slow = '/^(\\w+-?)*$/'

  it('is refused where it stands, wherever patterns can', () => {
    const text = pipelineText({
      sources: '  - {channel: email, topics: ["/(t+)+$/"], format: json, source: sendgrid}\n',
      rest: 'identity: {types: {user_id: {blocked: [x, "/^(a+)+$/"]}}}\nsensitive: ["/^(b+)+$/"]\n',
    })
    expect(
      lintPipeline(text, epochMs(0))
        .filter(isError)
        .map(({ code, path }) => `${code} ${path}`),
    ).toEqual([
      'slow_pattern sources[1].topics[0]',
      'slow_pattern identity.types.user_id.blocked[1]',
      'slow_pattern sensitive[0]',
    ])
  })

  it('is told with a text that shows it and with what to write', () => {
    const [finding] = lintPipeline(blocking(slow), epochMs(0))
    expect(finding?.message).toMatch(/doubles with every few characters: one record with '.*repeat/)
    expect(finding?.hint).toContain('(\\w+-?)* is [\\w-]*')
  })

  it('is not deployed', () => {
    expect(planDeployment(null, blocking(slow)).definition).toBeNull()
    expect(planDeployment(pipelineText(), blocking(slow)).definition).toBeNull()
  })

  it('goes on where it is in force, and what is fixed within a generation can be deployed again', () => {
    expect(loadDefinition(blocking(slow), definitionVersion(1)).version).toBe(1)
    const plan = planDeployment(blocking(slow), `${blocking(slow)}sensitive: [shoe_size]\n`)
    expect(plan.definition).not.toBeNull()
    expect(plan.findings.map(({ code, severity }) => `${severity} ${code}`)).toContain(
      'warning slow_pattern',
    )
  })
})

describe('a cap above what one record can hold', () => {
  it('is refused of a new file, with the reason', () => {
    expect(lintPipeline(capped(5000), epochMs(0)).filter(isError)).toEqual([])
    const [finding] = lintPipeline(capped(5001), epochMs(0)).filter(isError)
    expect(finding).toMatchObject({ code: 'invalid_value', path: 'identity.cap' })
    expect(finding?.message).toContain('one record of Kafka')
    expect(planDeployment(capped(100_000), capped(99_999)).definition).toBeNull()
  })

  it('is read of a file in force, and held to the maximum', () => {
    const { definition } = loadDefinition(capped(100_000), definitionVersion(1))
    expect(identityPolicy(definition.identity).cap).toBe(5000)
  })
})
