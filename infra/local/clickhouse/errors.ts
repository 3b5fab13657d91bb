/** A failure as ClickHouse reports it over HTTP. */
export interface ClickHouseFailure {
  readonly code: number
  readonly status: number
  /** `Code: 60. DB::Exception: … (UNKNOWN_TABLE)` */
  readonly message: string
}

const statusByCode: ReadonlyMap<number, number> = new Map([
  // Cannot be parsed or does not type-check: 400.
  ...[6, 25, 26, 27, 36, 38, 41, 42, 43, 44, 53, 62, 69, 70, 72, 117, 190, 456, 457].map(
    (code): [number, number] => [code, 400],
  ),
  // Names something that is not there: 404.
  ...[16, 46, 47, 50, 56, 60, 63, 73, 81, 115].map((code): [number, number] => [code, 404]),
  [48, 501],
  [159, 408],
])

/** Reads the engine's error text; anything without a code is reported as 1002, UNKNOWN_EXCEPTION. */
export function toFailure(error: unknown): ClickHouseFailure {
  const text = error instanceof Error ? error.message : String(error)
  const code = Number(/Code: (\d+)\. DB::/.exec(text)?.[1] ?? 1002)
  const message = text.startsWith('Code: ') ? text : `Code: ${code}. DB::Exception: ${text}`
  return { code, status: statusByCode.get(code) ?? 500, message }
}

/** Thrown by the server itself for what the engine would not refuse but a real server does. */
export function serverError(code: number, name: string, text: string): Error {
  return new Error(`Code: ${code}. DB::Exception: ${text} (${name})`)
}
