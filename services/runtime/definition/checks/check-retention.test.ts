import { describe, expect, it } from 'vitest'
import { epochMs } from '../../event/ids.ts'
import { featureKinds } from '../feature-kinds.ts'
import { lintPipeline } from '../lint.ts'
import { featureText, pipelineText } from '../testing/pipeline-text.ts'
import { horizonOf } from './horizon.ts'

const containing = (text: string): unknown => expect.stringContaining(text)

const codes = [
  'events_too_short',
  'invalid_value',
  'missing_key',
  'identifier_shape',
  'unknown_identifier_type',
]
const findings = (rest: string, features = '') =>
  lintPipeline(pipelineText({ rest, features }), epochMs(0)).filter(({ code }) =>
    codes.includes(code),
  )

describe('retention of events', () => {
  it('is refused while a feature rests on events of any age, at its line, with the names', () => {
    const text = pipelineText({ rest: 'retention:\n  events: 800d\n' })
    const line = text.split('\n').indexOf('  events: 800d') + 1
    expect(findings('retention:\n  events: 800d\n')).toMatchObject([
      {
        severity: 'error',
        code: 'events_too_short',
        path: 'retention.events',
        line,
        message: 'events of any age count for orders: a rebuild would lose what is older than 800d',
      },
    ])
    expect(findings('')).toEqual([])
  })

  it('outlives 40 half-lives and the longest window', () => {
    const accepted = (time: string) =>
      findings(`retention:\n  events: ${time}\n  rebuild_loses: [orders]\n`)
    expect(accepted('280d')).toEqual([])
    expect(accepted('279d')).toMatchObject([
      {
        message: containing('activity read events for up to 280 days'),
        hint: containing('280d'),
      },
    ])
    const window = featureText('kind: window_count\nevents: [page_viewed]\nwindow: 300d')
    expect(
      findings('retention: { events: 299d, rebuild_loses: [orders] }\n', window),
    ).toMatchObject([{ message: containing('extra read events for up to 300 days') }])
  })

  it('may be shorter where the file says whose loss is meant, by names that there are', () => {
    expect(findings('retention: { events: 1d, rebuild_loses: [orders, activity] }\n')).toEqual([])
    expect(findings('retention: { rebuild_loses: [order] }\n')).toMatchObject([
      {
        code: 'invalid_value',
        path: 'retention.rebuild_loses[0]',
        hint: containing('orders'),
      },
    ])
  })

  it('every kind says for how long an event counts; what fades or has a window does not count for ever', () => {
    const bounded = featureKinds.filter(
      (kind) => horizonOf({ kind, half_life: '1d', window: '7d' }) !== 'forever',
    )
    expect(bounded).toEqual([
      'decayed_count',
      'decayed_sum',
      'decayed_mean',
      'decayed_topk',
      'window_count',
      'window_sum',
      'rate',
      'ratio',
      'expression',
      'affinity',
      'rfm',
    ])
    expect(horizonOf({ kind: 'decayed_sum', half_life: '30d' })).toBe(40 * 30 * 86_400_000)
    expect(horizonOf({ kind: 'rate' })).toBe('forever')
  })
})

const identity = (priority: string) => `identity:\n  priority: [${priority}]\n`

describe('expiry of profiles', () => {
  it('wants the types that name nobody to come last', () => {
    expect(findings(`${identity('user_id, anonymous_id')}expire: { anonymous: 400d }\n`)).toEqual(
      [],
    )
    expect(
      findings(`${identity('anonymous_id, email')}expire: { anonymous: 400d }\n`),
    ).toMatchObject([
      {
        code: 'identifier_shape',
        path: 'expire.anonymous',
        message: containing('email comes after anonymous_id'),
      },
    ])
    expect(
      findings(
        `${identity('user_id, device_id, anonymous_id')}expire: { anonymous: 400d, types: [anonymous_id, device_id] }\n`,
      ),
    ).toEqual([])
  })

  it('knows the types, and wants a time for them', () => {
    expect(
      findings(
        `${identity('user_id, anonymous_id')}expire: { anonymous: 1d, types: [anonymous] }\n`,
      ),
    ).toMatchObject([
      {
        code: 'unknown_identifier_type',
        path: 'expire.types[0]',
        hint: containing('anonymous_id'),
      },
    ])
    expect(
      findings(`${identity('user_id, anonymous_id')}expire: { types: [anonymous_id] }\n`),
    ).toMatchObject([{ code: 'missing_key', path: 'expire' }])
  })
})
