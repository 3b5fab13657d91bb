import { describe, expect, it } from 'vitest'
import { epochMs } from '../event/ids.ts'
import { lintPipeline } from './lint.ts'
import { featureText, pipelineText, segmentText } from './testing/pipeline-text.ts'

describe('lint', () => {
  const at = epochMs(Date.parse('2027-10-02T00:00:00Z'))

  it('finds features and purposes that nothing reads, which is only a remark', () => {
    expect(lintPipeline(pipelineText(), epochMs(0))).toMatchObject([
      { severity: 'info', code: 'unread_feature', path: 'features[1].name' },
    ])
    expect(
      lintPipeline(
        pipelineText().replace(
          '  service: Running the shop\n',
          '  service: Running the shop\n  ads: Advertising\n',
        ),
        epochMs(0),
      ).map(({ code }) => code),
    ).toContain('unused_purpose')
  })

  it('finds reviews that are more than 183 days late', () => {
    expect(lintPipeline(pipelineText(), at).map(({ code }) => code)).toContain('review_overdue')
    expect(
      lintPipeline(pipelineText(), epochMs(at - 2 * 86_400_000)).map(({ code }) => code),
    ).not.toContain('review_overdue')
  })

  it('finds segments that lack what makes them answerable', () => {
    for (const key of ['owner', 'objective', 'success_metric', 'review_by']) {
      const text = pipelineText().replace(new RegExp(`^    ${key}: .*\n`, 'm'), '')
      const [finding] = lintPipeline(text, epochMs(0))
      expect(finding).toMatchObject({ severity: 'error', code: 'missing_key', path: 'segments[0]' })
      expect(finding?.message).toContain(key)
    }
    const blank = pipelineText().replace('owner: shop@shop.example', 'owner: " "')
    expect(lintPipeline(blank, epochMs(0))).toMatchObject([
      { severity: 'error', code: 'invalid_value', path: 'segments[0].owner' },
    ])
  })

  it('finds what no profile may hold among the names that it reads', () => {
    const features = featureText('kind: last\nevents: [contact_updated]\nvalue: traits.religion')
    expect(lintPipeline(pipelineText({ features }), epochMs(0))).toContainEqual(
      expect.objectContaining({ code: 'sensitive_attribute', path: 'features[2].value' }),
    )
  })

  it('warns of drift windows that tell nothing, and takes them', () => {
    for (const [window, warnings] of [
      ['59m', 1],
      ['60m', 0],
      ['1h', 0],
      ['14d', 0],
      ['337h', 1],
      ['15d', 1],
    ] as const) {
      const findings = lintPipeline(
        pipelineText({ rest: `drift: {window: ${window}}\n` }),
        epochMs(0),
      )
      expect(findings.filter(({ path }) => path === 'drift.window')).toHaveLength(warnings)
      expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
    }
  })

  it('warns of more than twenty segments', () => {
    const segments = Array.from({ length: 20 }, (_, index) =>
      segmentText(`enter: orders > ${index}.5`).replace('extra', `extra_${index}`),
    ).join('')
    expect(lintPipeline(pipelineText({ segments }), epochMs(0))).toContainEqual(
      expect.objectContaining({ severity: 'warning', code: 'too_many_segments' }),
    )
  })
})

const found = (...segments: readonly string[]) =>
  lintPipeline(
    pipelineText({
      segments: segments
        .map((lines, index) => segmentText(lines).replace('extra', `extra_${index}`))
        .join(''),
    }),
    epochMs(0),
  ).filter(({ code }) => code.startsWith('rule_'))

const grouped = (priority: number, enter: string): string =>
  `enter: ${enter}\ngroup: journey\npriority: ${priority}`

describe('rules', () => {
  it('that can never hold are found at their place, and those beside them are not', () => {
    expect(found('enter: activity > 5 && activity < 3', 'enter: activity > 5')).toMatchObject([
      {
        severity: 'warning',
        code: 'rule_unsatisfiable',
        path: 'segments[1].enter',
        line: 39,
        column: 12,
        message: 'nobody can ever enter extra_0: its rule holds for no values at all',
      },
    ])
  })

  it('that always hold, and exits that never do, or take everybody, or meet enter', () => {
    expect(
      found(
        'enter: activity >= 0',
        'enter: activity > 3\nexit: orders < 0',
        'enter: activity > 4\nexit: activity > 2',
        'enter: activity > 5\nexit: orders > 7',
      ).map(({ code, path, hint }) => [code, path, hint]),
    ).toEqual([
      ['rule_always_true', 'segments[1].enter', 'a rule that chooses nobody needs no segment'],
      [
        'rule_unsatisfiable',
        'segments[2].exit',
        'without an exit members leave as soon as enter no longer holds',
      ],
      ['rule_unsatisfiable', 'segments[3].exit', 'exit wins where both hold'],
      ['rule_contradiction', 'segments[4].exit', 'so when activity is above 5, orders is above 7'],
    ])
  })

  it('that always say the same as others, however they are written', () => {
    expect(found('enter: "!(orders <= 0)"')).toMatchObject([
      {
        code: 'rule_duplicate',
        path: 'segments[1].enter',
        message: 'extra_0 has the same members as buyers: their rules always say the same',
      },
    ])
    expect(found('enter: "!(orders <= 0)"\ngroup: journey')[0]?.message).toMatch(
      /always say the same; others of a group can still take members from one of them$/,
    )
  })

  it('that their group leaves nobody for', () => {
    expect(
      found(
        grouped(1, 'orders > 5'),
        grouped(2, 'activity > 3'),
        grouped(3, 'orders > 7'),
        grouped(4, 'orders > 9 || activity > 4'),
        grouped(5, 'orders > 1'),
      ).map(({ code, message }) => [code, message]),
    ).toEqual([
      [
        'rule_shadowed',
        'nobody ever enters extra_2: whoever could is taken by extra_0, earlier in group journey',
      ],
      [
        'rule_shadowed',
        'nobody ever enters extra_3: whoever could is taken by extra_0, extra_1, earlier in group journey',
      ],
    ])
  })

  it('of another purpose leave those who did not agree to it', () => {
    const text = pipelineText({
      segments: [
        segmentText('enter: orders > 1\ngroup: g\npriority: 1').replace(
          'purpose: service',
          'purpose: ads',
        ),
        segmentText('enter: orders > 2\ngroup: g').replace('extra', 'late'),
      ].join(''),
    }).replace('  service: Running the shop\n', '  service: Running the shop\n  ads: Advertising\n')
    expect(lintPipeline(text, epochMs(0))).toContainEqual(
      expect.objectContaining({
        severity: 'info',
        code: 'rule_shadowed',
        message:
          'only who has not agreed to ads can enter late: everybody else is taken by extra, earlier in group g',
      }),
    )
  })

  it('that cannot be decided are remarked as such, with the part that nobody understands', () => {
    const hint = "intervals and lists of values can't tell what becomes of size(traits.country) > 3"
    expect(
      found('enter: size(traits.country) > 3 && orders < 5', 'enter: orders < 5'),
    ).toMatchObject([
      { severity: 'info', code: 'rule_undecided', path: 'segments[1].enter', hint },
      { severity: 'info', message: 'undecided of extra_1: whether it ever differs from extra_0' },
    ])
  })
})
