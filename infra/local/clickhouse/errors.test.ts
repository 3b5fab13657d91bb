import { expect, it } from 'vitest'
import { serverError, toFailure } from './errors.ts'

it('keeps the number and the text that the engine gave, and the status that a server would send', () => {
  const text = "Code: 60. DB::Exception: Unknown table 'x'. (UNKNOWN_TABLE)"
  expect(toFailure(new Error(text))).toEqual({ code: 60, status: 404, message: text })
  expect(toFailure(serverError(62, 'SYNTAX_ERROR', 'Syntax error')).status).toBe(400)
  expect(toFailure(new Error('Code: 241. DB::Exception: Memory limit')).status).toBe(500)
})

it('gives what has no number the number of an unknown exception', () => {
  expect(toFailure(new Error('socket closed'))).toEqual({
    code: 1002,
    status: 500,
    message: 'Code: 1002. DB::Exception: socket closed',
  })
})
