import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { renderResults } from './render-results.ts'
import { testFile } from './test-file.ts'

it('the shipped pipeline file does what its examples expect, and they enter every segment of it', async () => {
  const result = await testFile({ cwd: process.cwd() }, 'infra/pipeline.test.yaml')
  expect(renderResults([result])).toBe(
    `infra/pipeline.test.yaml: ${result.tests.length} tests passed, 0 failed\n`,
  )
  expect(result.tests.length).toBeGreaterThan(10)
})

it('the example of docs/testing-rules.md comes out as written', async () => {
  const page = readFileSync('docs/testing-rules.md', 'utf8')
  const [, example = ''] = /```yaml\n([^]*?)```/.exec(page) ?? []
  const folder = mkdtempSync(join(tmpdir(), 'example-'))
  writeFileSync(join(folder, 'pipeline.test.yaml'), example)
  writeFileSync(join(folder, 'pipeline.yaml'), readFileSync(resolve('infra/pipeline.yaml')))
  const { tests } = await testFile({ cwd: folder }, 'pipeline.test.yaml')
  rmSync(folder, { recursive: true })
  expect(tests.map(({ failures, name }) => ({ name, failures }))).toEqual([
    {
      name: 'a cart that is left for four hours is abandoned, until interest in it has halved',
      failures: [],
    },
  ])
})
