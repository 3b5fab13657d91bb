import { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { fileBytesMax } from '#runtime/definition/read-yaml.ts'
import { runCli } from '../../../test/support/cli/run-cli.ts'
import { watchFiles } from '../shell/watch-files.ts'
import type { Expected } from './example-schema.ts'
import { matches } from './matches.ts'
import { exampleTime, spanMs, spanText } from './times.ts'

const pipeline = `
time_zone: UTC
purposes: { service: Service, mail: Mail }
sources:
  - { channel: web, topics: [channel.web], format: json, source: tributary, basis: { service: contract } }
identity: { priority: [user_id, email], types: { user_id: { unique: true } } }
traits:
  - { name: country, type: string, purpose: service, description: d }
features:
  - { name: views, description: d, kind: count, events: [page_viewed], purpose: service }
  - { name: heat, description: d, kind: decayed_count, events: [page_viewed], half_life: 1d, purpose: service }
  - { name: last_view_at, description: d, kind: last_seen, events: [page_viewed], purpose: service }
  - { name: topics, description: d, kind: decayed_topk, key: properties.category, events: [page_viewed], half_life: 30d, purpose: service }
  - { name: opens, description: d, kind: count, events: [email_opened], purpose: mail }
segments:
  - name: keen
    description: d
    owner: o@shop.example
    objective: o
    success_metric: { event: page_viewed, aggregation: count, window: 7d, direction: up }
    review_by: 2030-01-01
    enter: heat >= 2
    exit: heat < 1
    priority: 1
    purpose: service
`

const folder = mkdtempSync(join(tmpdir(), 'examples-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'pipeline.test.yaml')
beforeEach(() => writeFileSync(join(folder, 'pipeline.yaml'), pipeline))

const test = async (text: string, ...more: string[]) => {
  writeFileSync(file, text)
  const result = await runCli(['test', file, ...more])
  return { ...result, stdout: result.stdout.replaceAll(`${folder}/`, '') }
}

const passing = `
tests:
  - name: three views make somebody keen
    who: { user_id: ada }
    events:
      - { at: 0s, type: page_viewed, every: 1m, times: 3, traits: { country: DE }, properties: { category: shoes } }
      - { at: 2h, type: page_viewed, received_at: 5h, properties: { category: hats } }
    expect:
      - at: 4h
        profiles: 1
        features: { views: 3, heat: "> 2.6", last_view_at: 2m, topics: [[shoes, ~3.0]], opens: null }
        traits: { country: DE }
        segments: [keen]
        next_change: { keen: 1d14h3m20s }
      - at: 5h
        features: { views: 4, topics: [shoes, hats] }
        segments: { keen: true }
    transitions:
      - { at: 2m, segment: keen, to: entered, cause: event }
      - { at: 2d31m23s, segment: keen, to: exited, cause: timer }
`

describe('test', () => {
  it('is content with examples that come out as written', async () => {
    expect(await test(passing)).toMatchObject({
      status: 0,
      stdout: 'pipeline.test.yaml: 1 test passed, 0 failed\n',
    })
  })

  it('shows what came instead, at its line, and of a segment why', async () => {
    const { status, stdout } = await test(
      passing.replace('views: 3', 'views: 5').replace('segments: [keen]', 'segments: []'),
    )
    expect(status).toBe(1)
    expect(stdout).toContain('pipeline.test.yaml:3: FAILED three views make somebody keen')
    expect(stdout).toContain(
      '  pipeline.test.yaml:11:21: at 4h: views\n    - expected 5\n    + came     3\n',
    )
    expect(stdout).toContain(
      '  pipeline.test.yaml:13:9: at 4h: keen\n    - expected not in\n    + came     in\n      keen: in: `enter` holds and `exit` does not',
    )
    expect(stdout).toContain('> false   heat < 1  [heat 2.6')
    expect(stdout).toContain('pipeline.test.yaml: 0 tests passed, 1 failed\n')
  })

  it('shows the first transition that differs', async () => {
    const { stdout } = await test(passing.replace('at: 2d31m23s', 'at: 3d'))
    expect(stdout).toMatch(
      /pipeline\.test\.yaml:20:9: transition 2\n {4}- expected 3d exited keen \(timer\)\n {4}\+ came {5}2d31m23s715ms exited keen \(timer\): /,
    )
  })

  it('says which segments no example enters', async () => {
    const { status, stdout } = await test(
      'tests: [{ name: nothing, who: { user_id: ada }, events: [{ at: 0s, type: identified }], transitions: [], until: 400d }]',
    )
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: 'pipeline.test.yaml: 1 test passed, 0 failed; nobody ever enters keen\n',
    })
  })

  it('prints one JSON object when asked', async () => {
    const { stdout } = await test(passing.replace('views: 3', 'views: 5'), '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      passed: 0,
      failed: 1,
      files: [
        {
          untested: [],
          tests: [
            {
              line: 3,
              passed: false,
              failures: [{ line: 11, column: 21, expected: 5, actual: 3, explanation: null }],
            },
          ],
        },
      ],
    })
  })

  it.each([
    ['tests: [{ nme: x, events: [] }]', 1, /1:11: error\[unknown_key\].*nme/],
    ['tets: []', 1, /did you mean tests\?/],
    [
      'tests:\n  - name: x\n    events: [{ at: soon, type: page_viewed }]',
      3,
      /3:20.*a time after the start/,
    ],
    [
      'tests:\n  - name: x\n    events: [{ at: 0s, type: page_viewd, identifiers: { user_id: a } }]',
      3,
      /3:30.*page_viewd is no event type/,
    ],
    [
      'tests:\n  - name: x\n    events: [{ at: 0s, type: page_viewed }]',
      3,
      /3:14.*nobody is named/,
    ],
    [
      'tests:\n  - name: x\n    who: { shoe: a }\n    events: []',
      3,
      /3:12.*no identifier type shoe/,
    ],
    [
      'tests:\n  - name: x\n    events: []\n    expect: [{ at: 0s, segments: [kene] }]',
      4,
      /4:35.*no segment kene[^]*did you mean keen\?/,
    ],
    [
      'tests:\n  - name: x\n    events: []\n    expect: [{ at: 0s, features: { vews: 1 } }]',
      4,
      /4:36.*no feature vews/,
    ],
    ['tests: [', 1, /error\[yaml_syntax\]/],
    ['start: a\nstart: b', 2, /a key stands here twice/],
    [
      `a: &a [${'1, '.repeat(30)}]\nb: &b [${'*a, '.repeat(30)}]\nc: [${'*b, '.repeat(30)}]`,
      1,
      /yaml_alias/,
    ],
  ])('explains every mistake of the file with its place: %s', async (text, _, shown) => {
    const { status, stderr, stdout } = await test(text)
    expect(status).toBe(2)
    expect(stdout).toMatch(shown)
    expect(stderr).toContain('TRB_USAGE')
  })

  it('reads a file whole or not at all', async () => {
    const { status, stdout } = await test(`${passing}\n${'#'.repeat(fileBytesMax)}`)
    expect(status).toBe(2)
    expect(stdout).toMatch(/error\[file_too_large\]/)
  })

  it('says what is wrong with the pipeline file', async () => {
    writeFileSync(join(folder, 'pipeline.yaml'), pipeline.replace('heat >= 2', 'heta >= 2'))
    const { status, stderr } = await test(passing)
    expect(status).toBe(2)
    expect(stderr).toContain('heta')
  })

  it('fails an example whose events no channel would let pass', async () => {
    const { status, stdout } = await test(
      'tests: [{ name: x, events: [{ at: 2h, received_at: 1h, type: page_viewed, identifiers: { user_id: a } }] }]',
    )
    expect(status).toBe(1)
    expect(stdout).toContain('the channels would refuse this event: future_event_time')
  })

  it('runs again when a file changes, and ends on a signal', async () => {
    const signals = new EventEmitter()
    const told: string[] = []
    let runs = 0
    const watched = join(folder, 'watched.yaml')
    writeFileSync(watched, 'one')
    const status = await watchFiles(
      { now: () => new Date(0), stdout: { write: (text: string) => told.push(text) > 0 } },
      (seen) => {
        seen(watched)
        runs += 1
        // The next look must see it, although it changes while this one is under way.
        if (runs === 1) writeFileSync(watched, 'two')
        else signals.emit('SIGINT')
        return Promise.resolve(runs === 1 ? 1 : 0)
      },
      signals,
    )
    expect({ runs, status }).toEqual({ runs: 2, status: 0 })
    expect(told[0]).toBe(
      '1970-01-01T00:00:00.000Z waiting for changes of watched.yaml (Ctrl-C ends)\n',
    )
  })
})

describe('an expected value', () => {
  it.each<readonly [Expected, unknown, boolean]>([
    [1, 1 + 1e-12, true],
    [1, 1.001, false],
    ['~0.97', 0.9651, true],
    ['~0.97', 0.964, false],
    ['>= 0.5', 0.5, true],
    ['> 0.5', 0.5, false],
    ['< 3', 2.9, true],
    ['DE', 'DE', true],
    ['~1', 'DE', false],
    [null, null, true],
    [null, 0, false],
    [true, true, true],
    ['4h', '1970-01-01T04:00:00.001Z', true],
    ['4h', '1970-01-01T04:00:01.001Z', false],
    [
      ['a', 'b'],
      [
        ['a', 2],
        ['b', 1],
      ],
      true,
    ],
    [
      ['b', 'a'],
      [
        ['a', 2],
        ['b', 1],
      ],
      false,
    ],
    [[['a', '~2']], [['a', 2.3]], true],
    [['a'], ['a'], true],
    [[], [['a', 1]], false],
  ])('%j is met by %j: %j', (expected, actual, met) => {
    expect(matches(expected, actual, 0)).toBe(met)
  })

  it('has times as spans after the start', () => {
    expect(spanMs('1d2h3m4s5ms')).toBe(93_784_005)
    expect(spanText(93_784_005)).toBe('1d2h3m4s5ms')
    expect([spanText(0), spanText(-60_000)]).toEqual(['0s', '-1m'])
    expect(exampleTime('2026-03-01T00:00:00Z', 5)).toBe(Date.UTC(2026, 2, 1))
    expect([exampleTime('1h', 5), exampleTime('1x', 5), spanMs('')]).toEqual([
      3_600_005,
      undefined,
      undefined,
    ])
  })
})
