import { ClickHouseError, parseError } from '@clickhouse/client'
import { expect, test } from 'vitest'
import { shownText } from './shown-text.ts'

/** What is shown of what a server (26.7) answered word for word. */
function shown(answer: string): string {
  const error = parseError(answer)
  return shownText(error.message, error instanceof ClickHouseError ? error.type : undefined)
}

test.each([
  [
    "Code: 60. DB::Exception: Unknown table expression identifier 'events' in scope SELECT count() AS n FROM events WHERE email = 'ada@example.org'. Maybe you meant system.events?. (UNKNOWN_TABLE)",
    "Unknown table expression identifier 'events'",
  ],
  [
    "Code: 47. DB::Exception: Unknown expression or function identifier `zz` in scope _CAST(if(zz = 'ada@example.org', _CAST(0, 'UInt8'), _row_exists), 'UInt8'), _row_exists. (UNKNOWN_IDENTIFIER)",
    'Unknown expression or function identifier `zz`',
  ],
  [
    "Code: 46. DB::Exception: Function with name `unknownfn` does not exist. In scope SELECT unknownfn(b, 'ada@example.org') FROM default.t. (UNKNOWN_FUNCTION)",
    'Function with name `unknownfn` does not exist',
  ],
  [
    "Code: 36. DB::Exception: Dictionary (`none`) not found: In scope SELECT dictGet('none', 'ada@example.org', 1). (BAD_ARGUMENTS)",
    'Dictionary (`none`) not found',
  ],
  [
    "Code: 215. DB::Exception: Column 'default.t.a' is not under aggregate function and not in GROUP BY keys. In query SELECT a, count() FROM default.t WHERE b = 'ada@example.org'. (NOT_AN_AGGREGATE)",
    "Column 'default.t.a' is not under aggregate function and not in GROUP BY keys",
  ],
  [
    "Code: 36. DB::Exception: Illegal separator for function splitByChar. Must be exactly one byte: while executing function splitByChar on arguments 'ada@example.org'_String String Const(size = 0, String(size = 1)), __table1.b String String(size = 0). (BAD_ARGUMENTS)",
    'Illegal separator for function splitByChar. Must be exactly one byte',
  ],
  [
    'Code: 241. DB::Exception: Query memory limit exceeded: would use 1.06 MiB (attempt to allocate chunk of 0.00 B), maximum: 976.56 KiB. Untracked memory across all threads: 1.16 MiB: While executing AggregatingTransform. (MEMORY_LIMIT_EXCEEDED)',
    'Query memory limit exceeded: would use 1.06 MiB (attempt to allocate chunk of 0.00 B), maximum: 976.56 KiB. Untracked memory across all threads: 1.16 MiB',
  ],
  [
    "Code: 62. DB::Exception: Single quoted string is not closed: Syntax error: failed at position 35 ('ada@example.org): 'ada@example.org. . (SYNTAX_ERROR)",
    'Single quoted string is not closed: Syntax error: failed at position 35',
  ],
])('a message ends where the statement begins: %s', (answer, text) => {
  expect(shown(answer)).toBe(text)
})

test.each([
  [
    "Code: 41. DB::Exception: Cannot parse DateTime: value ada@example.org cannot be parsed as DateTime64(3) for query parameter 'x'. (CANNOT_PARSE_DATETIME)",
    "about the query parameter 'x'",
  ],
  [
    "Code: 341. DB::Exception: Exception happened during execution of mutation 'mutation_2.txt' with part 'all_1_1_0' reason: 'Code: 6. DB::Exception: Cannot parse string 'ada@example.org' as UInt64: syntax error at begin of string: while executing 'FUNCTION _CAST(b :: 0, 'UInt64'_String :: 1) -> _CAST(b, 'UInt64'_String) UInt64 : 2'. (CANNOT_PARSE_TEXT) (version 26.7.2.1)'. (UNFINISHED)",
    'about a value',
  ],
  [
    "Code: 53. DB::Exception: Cannot convert string 'ada@example.org' to type UInt64. (TYPE_MISMATCH)",
    'about a value',
  ],
])('of an error about a value no value is shown: %s', (answer, text) => {
  expect(shown(answer)).toBe(text)
})

test.each([
  [
    'Code: 159. DB::Exception: Timeout exceeded: elapsed 1001.407 ms, maximum: 1000 ms. (TIMEOUT_EXCEEDED)',
    'Timeout exceeded: elapsed 1001.407 ms, maximum: 1000 ms',
  ],
  [
    'Code: 81. DB::Exception: Database nodb does not exist. (UNKNOWN_DATABASE)',
    'Database nodb does not exist',
  ],
  [
    'Code: 184. DB::Exception: Aggregate function sum(a) is found inside another aggregate function in query. (ILLEGAL_AGGREGATION)',
    'Aggregate function sum(a) is found inside another aggregate function in query',
  ],
  ['<html>503 Service Unavailable</html>', '<html>503 Service Unavailable</html>'],
])('anything else is shown as it is: %s', (answer, text) => {
  expect(shown(answer)).toBe(text)
})
