import { expect, it } from 'vitest'
import { testFile } from './test-file.ts'
import { renderResults } from './render-results.ts'

it('the shipped pipeline file does what its examples expect, and they enter every segment of it', async () => {
  const result = await testFile({ cwd: process.cwd() }, 'infra/pipeline.test.yaml')
  expect(renderResults([result])).toBe(
    `infra/pipeline.test.yaml: ${result.tests.length} tests passed, 0 failed\n`,
  )
  expect(result.tests.length).toBeGreaterThan(10)
})
