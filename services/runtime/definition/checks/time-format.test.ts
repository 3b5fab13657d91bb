import { expect, test } from 'vitest'
import { lintPipeline } from '../lint.ts'
import { epochMs } from '../../event/ids.ts'
import { mappedSourceText, pipelineText } from '../testing/pipeline-text.ts'
import { timeFormatProblem } from './time-format.ts'

test.each([
  'iso',
  'microseconds',
  'yyyymmdd',
  'yyyy-MM-dd HH:mm:ss',
  "yyyy-MM-dd'T'HH:mm:ss.SSS",
  "yyyy-MM-dd'T'HH:mm:ss.uZZ",
  'dd/MM/yyyy HH:mm',
  'd.M.yy H:m',
  'M/d/yyyy h:mm a',
  'EEE, dd MMM yyyy HH:mm:ss ZZZ',
  'yyyyMMddHHmmss',
  'yyyy-MM-dd HH:mm z',
  'yyyy-ooo',
])('%s is read', (format) => {
  expect(timeFormatProblem(format)).toBeNull()
})

test.each([
  ['micros', /i means nothing/],
  ['ms', /does not tell the day/],
  ['epoch', /means nothing|does not tell/],
  ['unix', /means nothing|does not tell/],
  ['ISO', /I means nothing/],
  ['YYYY-MM-DD', /YYYY means nothing/],
  ['%Y-%m-%d', /Y means nothing/],
  ['yyyy-mm-dd', /does not tell the day/],
  ['yyyy-MM-ddTHH:mm:ss', /quotes/],
  ["yyyy-MM-dd'T'HH:mm:ss.SSSSSSS", /SSSSSSS means nothing/],
  ['HH:mm', /does not tell the day/],
])('%s reads no time of any record', (format, problem) => {
  expect(timeFormatProblem(format)).toMatch(problem)
})

test('lint says so, with what there is', () => {
  const text = pipelineText({
    sources: mappedSourceText(
      '      type: { const: order_completed }\n      occurred_at: { path: at, format: micros }',
    ),
  })
  const finding = lintPipeline(text, epochMs(0)).find(({ path }) => path.endsWith('format'))
  expect(finding).toMatchObject({ severity: 'error', code: 'invalid_value' })
  expect(finding?.hint).toContain('microseconds')
})
