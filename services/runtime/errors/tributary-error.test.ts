import { expect, test } from 'vitest'
import { errorKinds } from './codes.ts'
import { errorTable, exitCodeOf, TributaryError, toErrorJson } from './tributary-error.ts'

test('an error carries the exit code, hint and retriability of its code', () => {
  const error = new TributaryError(
    'TRB_KAFKA_UNAVAILABLE',
    'no broker of [a:1] answered in 1000 ms',
  )
  expect({ exit: exitCodeOf(error), retriable: error.retriable }).toEqual({
    exit: 3,
    retriable: true,
  })
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    error: {
      code: 'TRB_KAFKA_UNAVAILABLE',
      message: 'no broker of [a:1] answered in 1000 ms',
      hint: errorKinds.TRB_KAFKA_UNAVAILABLE.hint,
    },
  })
})

test('a foreign error is shown in the same form', () => {
  expect(toErrorJson(new RangeError('x')).error).toMatchObject({
    code: 'TRB_INTERNAL',
    message: 'x',
  })
})

test('the table lists every code once', () => {
  const table = errorTable()
  for (const code of Object.keys(errorKinds)) expect(table.split(`\`${code}\``)).toHaveLength(2)
})
