import { describe, expect, it } from 'vitest'
import { epochMs } from '../event/ids.ts'
import { lintPipeline } from './lint.ts'
import { pipelineText, segmentText } from './testing/pipeline-text.ts'

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

  it('warns of more than twenty segments', () => {
    const segments = Array.from({ length: 20 }, (_, index) =>
      segmentText('enter: orders > 1').replace('extra', `extra_${index}`),
    ).join('')
    expect(lintPipeline(pipelineText({ segments }), epochMs(0))).toContainEqual(
      expect.objectContaining({ severity: 'warning', code: 'too_many_segments' }),
    )
  })
})
