import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { definitionVersion } from '#runtime/event/ids.ts'
import { type CliResult, runCli } from '../../../test/support/cli/run-cli.ts'
import { templateNames } from './templates.ts'
import { type StreamEvent, templateStream } from './testing/template-stream.ts'

const folder = mkdtempSync(join(tmpdir(), 'templates-'))
afterAll(() => rmSync(folder, { recursive: true }))

const lintShown = z.object({
  errors: z.number(),
  warnings: z.number(),
  findings: z.array(z.object({ code: z.string() })),
})
const testShown = z.object({
  passed: z.number(),
  failed: z.number(),
  files: z.array(z.object({ untested: z.array(z.string()) })),
})
const simulationShown = z.looseObject({
  events: z.object({ applied: z.number(), unattributed: z.number() }),
  refused: z.array(z.unknown()),
  profiles: z.array(
    z.looseObject({
      features: z.record(z.string(), z.object({ value: z.unknown() })),
      segments: z.record(z.string(), z.object({ member: z.boolean(), entered_at: z.unknown() })),
    }),
  ),
})

describe.each(templateNames)('the template %s', (name) => {
  const pipeline = `infra/templates/${name}/pipeline.yaml`
  const text = readFileSync(pipeline, 'utf8')
  const definition = loadDefinition(text, definitionVersion(1))

  it('lints without a finding, but for features that only people read', async () => {
    const { status, stdout } = await runCli(['lint', pipeline, '--json'])
    const { errors, findings, warnings } = lintShown.parse(JSON.parse(stdout))
    expect({ status, errors, warnings }).toEqual({ status: 0, errors: 0, warnings: 0 })
    expect(findings.filter(({ code }) => code !== 'unread_feature')).toEqual([])
  })

  it('passes its examples, and they enter every segment of it', async () => {
    const { status, stdout } = await runCli([
      'test',
      pipeline.replace('.yaml', '.test.yaml'),
      '--json',
    ])
    const { failed, files, passed } = testShown.parse(JSON.parse(stdout))
    expect({ status, failed, files: files.map(({ untested }) => untested) }).toEqual({
      status: 0,
      failed: 0,
      files: [[]],
    })
    expect(passed).toBeGreaterThan(definition.segments.length)
  })

  it('has a lifecycle from awareness to loyalty with four reasons to lapse, intents and a suppression', () => {
    const names = definition.segments.map((segment) => segment.name)
    expect(names.length).toBeLessThanOrEqual(20)
    expect(names).toEqual(
      expect.arrayContaining([
        'loyal',
        'lapsed_unsubscribed',
        'lapsed_bad_experience',
        'lapsed_price',
        'lapsed_silent',
      ]),
    )
    expect(names.some((one) => one.startsWith('just_'))).toBe(true)
    const groups = new Set(definition.segments.flatMap(({ group }) => group ?? []))
    expect(groups.size).toBe(1)
    const lifecycle = definition.segments.filter(({ group }) => group !== null)
    expect(lifecycle.length).toBeGreaterThanOrEqual(9)
    expect(names.length - lifecycle.length).toBeGreaterThanOrEqual(4)
  })

  it('states a basis for every purpose at every source', () => {
    const { purposes, sources } = definition.definition
    for (const source of sources)
      expect(Object.keys(source.basis).toSorted()).toEqual(Object.keys(purposes).toSorted())
  })

  it('makes the same of the same stream, something of every feature, and members of most segments', async () => {
    const events = templateStream(definition.definition, 7)
    const first = await simulate(pipeline, name, events)
    expect(await simulate(pipeline, name, events)).toEqual(first)
    const { events: counts, profiles, refused } = simulationShown.parse(JSON.parse(first.stdout))
    expect({ refused, applied: counts.applied }).toEqual({ refused: [], applied: events.length })
    const valued = new Set(
      profiles.flatMap(({ features }) =>
        Object.entries(features).flatMap(([feature, { value }]) =>
          value === null ? [] : [feature],
        ),
      ),
    )
    expect(
      definition.features.map((each) => each.name).filter((each) => !valued.has(each)),
    ).toEqual([])
    const entered = new Set(
      profiles.flatMap(({ segments }) =>
        Object.entries(segments).flatMap(([segment, { entered_at: at }]) =>
          at === null ? [] : [segment],
        ),
      ),
    )
    expect(entered.size).toBeGreaterThan(definition.segments.length / 2)
    // At most one of the lifecycle at a time.
    const lifecycle = definition.segments.filter(({ group }) => group !== null)
    for (const { segments } of profiles)
      expect(
        lifecycle.filter((segment) => segments[segment.name]?.member === true).length,
      ).toBeLessThanOrEqual(1)
  })
})

async function simulate(
  pipeline: string,
  name: string,
  events: readonly StreamEvent[],
): Promise<CliResult> {
  const input = join(folder, `${name}.jsonl`)
  writeFileSync(input, events.map((event) => `${JSON.stringify(event)}\n`).join(''))
  const result = await runCli([
    'features',
    'simulate',
    '--pipeline',
    pipeline,
    '--input',
    input,
    '--as-of',
    '2026-06-30T00:00:00Z',
    '--json',
  ])
  expect(result).toMatchObject({ status: 0, stderr: '' })
  return result
}
