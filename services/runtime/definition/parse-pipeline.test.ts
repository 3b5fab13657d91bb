import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import type { Finding } from './findings.ts'
import { parsePipeline } from './parse-pipeline.ts'
import { fileBytesMax } from './read-yaml.ts'
import { featureText, pipelineText, segmentText } from './testing/pipeline-text.ts'

const findings = (text: string): readonly Finding[] => parsePipeline(text).findings
const codes = (text: string): readonly string[] => findings(text).map(({ code }) => code)

/** The text from the place of a finding to the end of its line. */
const pointedAt = (text: string, { line, column }: Finding): string =>
  (text.split('\n')[line - 1] ?? '').slice(column - 1)

const mappedSource = (more: string) =>
  pipelineText({
    sources: `  - {channel: crm, topics: [t], format: json, source: mapped, ${more}map: {type: {const: order_completed}, occurred_at: {path: at, format: iso}, identifiers: [{type: email, path: mail}]}}\n`,
  })

const asking = (size: number): string => `${pipelineText()}privacy: {min_group: ${size}}\n`

describe('a pipeline file', () => {
  it('is accepted when nothing is wrong', () => {
    const parsed = parsePipeline(pipelineText())
    expect(parsed.findings).toEqual([])
    expect(parsed.definition?.identity.priority).toEqual([
      'crm_id',
      'user_id',
      'email',
      'phone',
      'anonymous_id',
    ])
  })

  it.each([
    [
      'an unknown key',
      featureText('kind: count\nevents: [page_viewed]\nhalf_lief: 3d'),
      'unknown_key',
      'half_lief: 3d',
      'did you mean half_life?',
    ],
    [
      'an unknown kind',
      featureText('kind: decayed_cuont\nevents: [page_viewed]'),
      'invalid_value',
      'decayed_cuont',
      'did you mean decayed_count?',
    ],
    [
      'an unknown event type',
      featureText('kind: count\nevents: [page_viewed, page_veiwed]'),
      'unknown_event_type',
      'page_veiwed]',
      'did you mean page_viewed?',
    ],
    [
      'a half-life without a unit',
      featureText('kind: decayed_count\nevents: [page_viewed]\nhalf_life: 14'),
      'invalid_value',
      '14',
      'a whole number and a unit: 90m, 12h, 30d',
    ],
    [
      'a half-life below a minute',
      featureText('kind: decayed_count\nevents: [page_viewed]\nhalf_life: 59s'),
      'half_life_too_short',
      '59s',
      'write 1m or more',
    ],
    [
      'a feature that lacks its half-life',
      featureText('kind: decayed_count\nevents: [page_viewed]'),
      'feature_shape',
      'name: extra',
      null,
    ],
    [
      'a half-life without a use',
      featureText('kind: count\nevents: [page_viewed]\nhalf_life: 3d'),
      'feature_shape',
      'half_life: 3d',
      null,
    ],
    [
      'money without a currency',
      featureText('kind: sum\nevents: [order_completed]\nvalue: properties.total'),
      'money_without_currency',
      'properties.total',
      'name its currency: EUR, say',
    ],
    [
      'an undeclared purpose',
      '  - {name: extra, kind: count, events: [page_viewed], purpose: servise, description: d}\n',
      'unknown_purpose',
      'servise, description: d}',
      'did you mean service?',
    ],
    [
      'a name that rules use',
      '  - {name: now, kind: count, events: [page_viewed], purpose: service, description: d}\n',
      'reserved_name',
      'now, kind: count, events: [page_viewed], purpose: service, description: d}',
      null,
    ],
    [
      'a name twice',
      '  - {name: orders, kind: count, events: [page_viewed], purpose: service, description: d}\n',
      'duplicate_name',
      'orders, kind: count, events: [page_viewed], purpose: service, description: d}',
      null,
    ],
    [
      'colliding columns',
      '  - {name: activity_ref_time, kind: count, events: [page_viewed], purpose: service, description: d}\n',
      'reserved_name',
      'activity_ref_time, kind: count, events: [page_viewed], purpose: service, description: d}',
      null,
    ],
    [
      'a sensitive value',
      featureText('kind: last\nevents: [page_viewed]\nvalue: properties.religion'),
      'sensitive_attribute',
      'properties.religion',
      null,
    ],
    [
      'a broken condition',
      featureText("kind: count\nevents: [page_viewed]\nwhere: channel == 'web' && totl > 3"),
      'invalid_rule',
      'totl > 3',
      null,
    ],
    [
      'a feature derived of one that is missing',
      featureText('kind: ratio\nnumerator: order\ndenominator: activity'),
      'invalid_derivation',
      'order',
      'did you mean orders?',
    ],
    [
      'a formula that names no feature',
      featureText('kind: expression\nformula: orders / activty'),
      'invalid_derivation',
      'activty',
      'did you mean activity?',
    ],
    [
      'a formula that divides by what fades',
      featureText('kind: expression\nformula: 1.0 + orders / activity'),
      'invalid_derivation',
      'orders / activity',
      'divide what fades by what fades with the same half_life, or by what does not fade',
    ],
    [
      'features derived of each other',
      featureText('kind: expression\nformula: orders + other') +
        featureText('kind: expression\nformula: orders + extra').replace('extra', 'other'),
      'invalid_derivation',
      'orders + extra',
      'derive one of them of events',
    ],
    [
      'an affinity of a count',
      featureText('kind: affinity\nof: orders'),
      'invalid_derivation',
      'orders',
      'name a decayed_topk',
    ],
    [
      'a derived feature with events',
      featureText('kind: ratio\nnumerator: orders\ndenominator: orders\nevents: [page_viewed]'),
      'feature_shape',
      'events: [page_viewed]',
      'it is read off other features, which name their events',
    ],
    [
      'a window of minutes',
      featureText('kind: window_count\nevents: [page_viewed]\nwindow: 90m'),
      'invalid_window',
      '90m',
      'write 24h, or 30d',
    ],
    [
      'a window of too many hours',
      featureText('kind: window_sum\nevents: [page_viewed]\nvalue: quantity\nwindow: 720h'),
      'invalid_window',
      '720h',
      'count in days: 30d',
    ],
    [
      'too large a state',
      featureText('kind: decayed_topk\nevents: [page_viewed]\nkey: category\nhalf_life: 3d\nk: 100')
        .repeat(2)
        .replace('extra', 'other'),
      'state_too_large',
      'features:',
      'fewer or smaller decayed_topk features (each keeps ten times its k), shorter windows',
    ],
  ])('explains %s at its place', (_, features, code, place, hint) => {
    const text = pipelineText({ features })
    const [first] = findings(text)
    expect(first).toMatchObject({ severity: 'error', code, hint })
    expect(first === undefined ? '' : pointedAt(text, first)).toBe(place)
    expect(parsePipeline(text).definition).toBe(null)
  })

  it.each([
    [
      'a feature that there is not',
      'enter: orders > 1 && activty > 2',
      'activty > 2',
      'did you mean activity?',
    ],
    [
      'types that do not fit',
      'enter: traits.country > 3',
      'traits.country > 3',
      'a text is written in quotes',
    ],
    [
      'a mistake inside a folded text',
      'enter: >-\n  orders > 1\n  && activty > 2',
      'activty > 2',
      'did you mean activity?',
    ],
    [
      'a mistake behind escapes',
      'enter: "traits.country == \\"DE\\" && activty > 2"',
      'activty > 2"',
      'did you mean activity?',
    ],
    [
      'a mistake in exit',
      "enter: orders > 1\nexit: 'activty < 2'",
      "activty < 2'",
      'did you mean activity?',
    ],
    [
      'two moving values',
      'enter: orders > 1 && activity * activity > 2',
      'activity * activity > 2',
      'compare the decaying value with a constant, and the other one in a comparison of its own',
    ],
  ])('explains %s in a rule', (_, lines, place, hint) => {
    const text = pipelineText({ segments: segmentText(lines) })
    expect(findings(text)).toHaveLength(1)
    const [first] = findings(text)
    expect(first).toMatchObject({ code: 'invalid_rule', hint })
    expect(first === undefined ? '' : pointedAt(text, first)).toBe(place)
  })

  it.each(['owner', 'objective', 'success_metric', 'review_by', 'purpose'])(
    'refuses a segment without %s, and says why',
    (key) => {
      const text = pipelineText().replace(
        new RegExp(`^    ${key}: .*\\n(?![^]*^    ${key}: )`, 'm'),
        '',
      )
      expect(findings(text)).toMatchObject([
        { code: 'missing_key', path: 'segments[0]', hint: expect.any(String) as unknown },
      ])
    },
  )

  it('shows mistakes of every kind in one run', () => {
    const text = pipelineText({
      features: featureText(
        'kind: decayed_count\nevents: [page_veiwed]\nhalf_life: 14\ncolour: red',
      ),
      segments: segmentText('enter: ordres > 1'),
    })
    expect(codes(text)).toEqual([
      'unknown_event_type',
      'invalid_value',
      'unknown_key',
      'invalid_rule',
    ])
  })

  it.each([
    [
      'a mapped source without a map',
      '  - {channel: crm, topics: [t], format: json, source: mapped}\n',
      'source_shape',
    ],
    [
      'a vendor in the wrong channel',
      '  - {channel: web, topics: [t], format: json, source: sendgrid}\n',
      'source_shape',
    ],
    [
      'a source twice',
      '  - {channel: web, topics: [t], format: json, source: segment}\n',
      'duplicate_name',
    ],
    [
      'two sources on one topic',
      '  - {channel: email, topics: [channel.web], format: json, source: sendgrid}\n',
      'source_shape',
    ],
    [
      'a pattern that is none',
      '  - {channel: email, topics: [/(/], format: json, source: sendgrid}\n',
      'invalid_pattern',
    ],
    [
      'an identifier without a place',
      '  - {channel: crm, topics: [t], format: csv, source: mapped, basis: {service: b}, map: {source: till, type: {const: order_completed}, occurred_at: {path: at, format: iso}, identifiers: [{type: card, path: card}]}}\n',
      'unknown_identifier_type',
    ],
    [
      'a mapped source that does not say when events occurred',
      '  - {channel: crm, topics: [t], format: csv, source: mapped, basis: {service: b}, map: {source: till, type: {const: order_completed}, identifiers: [{type: email, path: card}]}}\n',
      'source_shape',
    ],
    [
      'a type outside the vocabulary',
      '  - {channel: crm, topics: [t], format: csv, source: mapped, basis: {service: b}, map: {source: till, type: {const: sold}, occurred_at: {path: at, format: iso}, identifiers: [{type: email, path: card}]}}\n',
      'unknown_event_type',
    ],
  ])('refuses %s', (_, sources, code) => {
    expect(codes(pipelineText({ sources }))).toEqual([code])
  })

  it('warns of a map that states no basis and reads no answers, of no other', () => {
    const result = parsePipeline(mappedSource('name: till, '))
    expect(result.findings.map(({ code, severity }) => [code, severity])).toEqual([
      ['source_without_consent', 'warning'],
    ])
    expect(result.findings[0]?.message).toContain('till states no basis')
    expect(codes(mappedSource('name: till, basis: {service: Contract}, '))).toEqual([])
    expect(
      codes(
        mappedSource('name: till, ').replace(
          '{type: {const',
          '{consent: {service: ok}, type: {const',
        ),
      ),
    ).toEqual([])
  })

  it('refuses features that are derived of each other without end, in whatever order they stand', () => {
    const chain = Array.from({ length: 3000 }, (_, n) =>
      featureText(
        `kind: ratio\nnumerator: ${n === 0 ? 'orders' : `x${n - 1}`}\ndenominator: orders`,
      ).replace('extra', `x${n}`),
    )
    for (const features of [chain.join(''), chain.toReversed().join('')]) {
      const parsed = parsePipeline(pipelineText({ features }))
      expect(parsed.definition).toBeNull()
      expect(new Set(parsed.findings.map(({ code }) => code))).toEqual(
        new Set(['invalid_derivation']),
      )
    }
    const [few] = [chain.slice(0, 90).join('')]
    expect(findings(pipelineText({ features: few }))).toEqual([])
  })

  it('tells of no group of fewer than ten, and of larger ones as it is asked to', () => {
    expect(parsePipeline(pipelineText()).definition?.privacy.min_group).toBe(10)
    expect(parsePipeline(asking(50)).definition?.privacy.min_group).toBe(50)
    const [finding] = findings(asking(9))
    expect(finding).toMatchObject({ severity: 'error', code: 'invalid_value' })
  })

  it('takes a map without a time for rows of a database log, which carry it beside them', () => {
    const sources =
      '  - {channel: crm, topics: [t], format: json, source: debezium, basis: {service: b}, map: {type: {field: __op, table: {c: contact_created}}, identifiers: [{type: email, path: mail}]}}\n'
    expect(codes(pipelineText({ sources }))).toEqual([])
  })

  it('refuses what is no YAML, a key twice, and an alias bomb, without a throw', () => {
    expect(codes('a: [')).toContain('yaml_syntax')
    expect(findings('a: 1\na: 2')).toMatchObject([{ code: 'yaml_syntax', line: 2, column: 1 }])
    const bomb = [
      'a: &a [x, x, x, x, x, x, x, x]',
      ...'bcdef'
        .split('')
        .map(
          (name, index) =>
            `${name}: &${name} [${Array.from({ length: 8 }, () => `*${'abcde'[index]}`).join(', ')}]`,
        ),
    ].join('\n')
    expect(codes(bomb)).toEqual(['yaml_alias'])
    expect(codes('#'.repeat(fileBytesMax + 1))).toEqual(['file_too_large'])
  })

  it('says of a file that is nested too deeply that it is, wherever the stack would end', () => {
    for (const levels of [65, 1000, 3000, 10_000, 200_000])
      expect(codes(`purposes: ${'['.repeat(levels)}${']'.repeat(levels)}`)).toEqual(['yaml_depth'])
    expect(codes('{ "a": '.repeat(20_000))).toEqual(['yaml_depth'])
    expect(codes('- '.repeat(20_000))).toEqual(['yaml_depth'])
    const indented = Array.from({ length: 900 }, (_, level) => `${' '.repeat(level)}a:`).join('\n')
    expect(codes(indented)).toEqual(['yaml_depth'])
    expect(codes(`purposes: ${'['.repeat(50)}${']'.repeat(50)}`)).not.toContain('yaml_depth')
  })

  it('never throws, whatever stands in it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.object().map((value) => stringify(value)),
        ),
        (text) => {
          expect(parsePipeline(text).definition).toBe(null)
        },
      ),
    )
  })

  it('points at the same character in every spelling of a text', () => {
    const word = fc.stringMatching(/^[a-z]{1,6}$/)
    const style = fc.constantFrom(
      'PLAIN' as const,
      'QUOTE_DOUBLE' as const,
      'QUOTE_SINGLE' as const,
      'BLOCK_LITERAL' as const,
      'BLOCK_FOLDED' as const,
    )
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 12 }),
        style,
        (words, defaultStringType) => {
          const rule = `"q" in interests && ${words.join(' && ')} && zzzzz > 1`
          const text = pipelineText().replace(
            '    enter: orders > 0\n',
            stringify({ enter: rule }, { defaultStringType, lineWidth: 40 })
              .replaceAll(/^/gm, '    ')
              .trimEnd() + '\n',
          )
          const parsed = parsePipeline(text)
          const finding = parsed.locate({
            severity: 'info',
            code: 'invalid_rule',
            message: '',
            path: ['segments', 0, 'enter'],
            offset: rule.indexOf('zzzzz'),
          })
          expect(pointedAt(text, finding)).toMatch(/^zzzzz/)
        },
      ),
    )
  })
})
