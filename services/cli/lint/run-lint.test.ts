import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { pipelineText } from '#runtime/definition/testing/pipeline-text.ts'
import type { Terminal } from '../shell/terminal.ts'
import { runLint } from './run-lint.ts'

const containing = (text: string): unknown => expect.stringContaining(text)

let folder = ''
let out = ''

const terminal = (): Terminal => ({
  stdin: Readable.from([]),
  stderr: { write: () => true },
  env: {},
  checkout: '/nowhere',
  stdout: {
    write: (chunk: unknown) => {
      out += String(chunk)
      return true
    },
  },
  cwd: folder,
  now: () => new Date('2026-12-01T00:00:00Z'),
  goOnUnread: () => undefined,
})

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lint-'))
  out = ''
})
afterEach(() => rm(folder, { recursive: true }))

const lint = async (text: string, json = false) => {
  await writeFile(join(folder, 'pipeline.yaml'), text)
  return runLint(terminal(), { file: 'pipeline.yaml', live: null, json })
}

it('shows the line with a caret, and what to do', async () => {
  expect(await lint(pipelineText().replace('orders > 0', 'activity > 1 && ordres > 0'))).toBe(1)
  expect(
    out,
  ).toBe(`pipeline.yaml:30:28: error[invalid_rule]: ordres is no feature and no trait (segments[0].enter)
    |
 30 |     enter: activity > 1 && ordres > 0
    |                            ^
    = did you mean orders?

1 error, 0 warnings, 0 remarks
`)
})

it('is content with remarks', async () => {
  expect(await lint(pipelineText())).toBe(0)
  expect(out).toMatch(/0 errors, 0 warnings, 1 remark\n$/)
})

it('prints one JSON object when asked', async () => {
  expect(await lint(pipelineText().replace('kind: count', 'kind: cuont'), true)).toBe(1)
  expect(JSON.parse(out)).toMatchObject({
    file: 'pipeline.yaml',
    errors: 1,
    warnings: 0,
    findings: [{ code: 'invalid_value', line: 13, column: 11, hint: 'did you mean count?' }],
  })
})

it('cuts a long line around the place', async () => {
  await lint(pipelineText().replace('orders > 0', `${'orders > 0 && '.repeat(15)}ordres > 0`))
  const [, , shown = '', caret = ''] = out.split('\n')
  expect(shown.length).toBeLessThan(120)
  expect(shown.slice(caret.indexOf('^'))).toMatch(/^ordres/)
})

it('shows what a terminal would obey as an escape, in the line and in the message, with the caret in its place', async () => {
  const hostile = '\u001b[31m\u202e'
  expect(
    await lint(pipelineText().replace('orders > 0', `('${hostile}' == '') && ordres > 0`)),
  ).toBe(1)
  const [, , shown = '', caret = ''] = out.split('\n')
  expect(shown).toContain("'\\u001b[31m\\u202e'")
  expect(shown.slice(caret.indexOf('^'))).toMatch(/^ordres/)
  await lint(pipelineText().replace('kind: count', `kind: "\\e[31mcount"`))
  await lint(pipelineText().replace('purposes:', `"\\e[31m\\u202e": 1\npurposes:`))
  expect(out).toContain('\\u001b[31m')
  expect(out).not.toMatch(/(?!\n)\p{Cc}|\p{Bidi_Control}/u)
})

it('calls a binary file one', async () => {
  for (const bytes of [Buffer.from([0x7f, 0x45, 0, 1]), Buffer.from('a: é', 'latin1')]) {
    await writeFile(join(folder, 'binary'), bytes)
    await expect(
      runLint(terminal(), { file: 'binary', live: null, json: false }),
    ).rejects.toMatchObject({
      code: 'TRB_CONFIG_INVALID',
      message: containing('it is a binary file'),
    })
  }
})

it('says when the file cannot be read', async () => {
  await expect(
    runLint(terminal(), { file: 'nowhere.yaml', live: null, json: false }),
  ).rejects.toMatchObject({
    code: 'TRB_CONFIG_INVALID',
    exitCode: 2,
  })
})
