/* oxlint-disable unicorn/consistent-function-scoping -- a helper stands beside the test that it serves */
import { describe, expect, it } from 'vitest'
import { encodeCommitMetadata } from '#runtime/channel/core/commit-metadata.ts'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { pipelineText } from '#runtime/definition/testing/pipeline-text.ts'
import { definitionVersion, epochMs } from '#runtime/event/ids.ts'
import { checkColumns } from './check-clickhouse.ts'
import { checkDefinition, checkPipelineFile } from './check-definition.ts'
import type { DefinitionFacts } from './facts.ts'
import { known } from './finding.ts'
import { noAnswer, stageTopic } from './testing/facts.ts'

const containing = (text: string): unknown => expect.stringContaining(text)

const text = pipelineText()
const version = definitionVersion(4)
const facts = (more: Partial<DefinitionFacts> = {}) =>
  known({
    stored: {
      version,
      content: text,
      hash: 'h',
      deployedAt: epochMs(Date.UTC(2026, 2, 1)),
      deployedBy: 'ada',
      generation: 0,
    },
    compiled: loadDefinition(text, version),
    fault: null,
    undefinedPartitions: [],
    ...more,
  })
const readBy = (...versions: readonly number[]) =>
  stageTopic(
    'web',
    'channel.web',
    versions.map((definition) => ({
      high: 9,
      committed: 9,
      metadata: encodeCommitMetadata({
        definition: definitionVersion(definition),
        channelVersion: 2,
        topicId: null,
      }),
    })),
  )

describe('the deployed pipeline file', () => {
  it('is named with who deployed it and when', () => {
    expect(checkDefinition({ definition: facts(), stages: [] })).toMatchObject([
      {
        severity: 'ok',
        message:
          'version 4, deployed 2026-03-01 00:00:00 UTC by ada, has reached every partition of profile.log',
      },
    ])
  })

  it('has to be there, to be readable by this build, and to have reached every partition', () => {
    const first = (more: Partial<DefinitionFacts>) =>
      checkDefinition({ definition: facts(more), stages: [] })[0]
    expect(first({ stored: null, compiled: null })).toMatchObject({
      severity: 'problem',
      fix: 'tributary deploy infra/pipeline.yaml',
    })
    expect(first({ compiled: null, fault: '3:1 features: unknown' })?.message).toContain('3:1')
    expect(first({ undefinedPartitions: [1, 3] })).toMatchObject({
      severity: 'problem',
      message: containing('partition 1, 3 of profile.log'),
    })
  })

  it('is known to a channel by its commits; a partition without new records goes on saying the old one', () => {
    const check = (...versions: readonly number[]) =>
      checkDefinition({ definition: facts(), stages: [readBy(...versions)] }).slice(1)
    expect(check(4, 4)).toMatchObject([{ severity: 'ok', message: 'web reads by version 4' }])
    expect(check(4, 2)).toMatchObject([
      { severity: 'ok', message: containing('1 of 2 partitions') },
    ])
  })

  it('cannot be older than what a channel has read by: then the log is another one', () => {
    expect(checkDefinition({ definition: facts(), stages: [readBy(7)] })).toMatchObject([
      { severity: 'problem', message: containing('made anew') },
    ])
  })

  it('is compared with the file that was given', () => {
    const check = (hash: string, errors = 0, definition = facts()) =>
      checkPipelineFile({ file: 'p.yaml', hash, errors }, definition)[0]
    expect(check('h')?.severity).toBe('ok')
    expect(check('other')).toMatchObject({
      severity: 'problem',
      fix: containing('tributary deploy p.yaml --dry-run'),
    })
    expect(check('h', 0, facts({ stored: null }))?.message).toBe('p.yaml is not deployed')
    expect(check('h', 2)?.fix).toBe('tributary lint p.yaml')
    expect(checkPipelineFile(null, facts())).toEqual([])
    expect(checkPipelineFile({ file: 'p', hash: 'h', errors: 0 }, noAnswer)).toMatchObject([
      { severity: 'unknown' },
    ])
  })

  it('has a column for each feature and trait', () => {
    const names = ['f_orders', 'f_activity', 'f_activity_ref_time', 'f_activity_half_life_ms']
    const check = (columns: readonly string[]) => checkColumns(known(new Set(columns)), facts())
    expect(check([...names, 't_country'])).toMatchObject([{ severity: 'ok' }])
    expect(check(names)).toMatchObject([
      { severity: 'problem', message: 'profiles lacks t_country: rows are refused' },
    ])
    expect(checkColumns(known(new Set()), facts({ compiled: null }))).toEqual([])
    expect(checkColumns(known(new Set()), noAnswer)).toMatchObject([{ severity: 'unknown' }])
  })
})
