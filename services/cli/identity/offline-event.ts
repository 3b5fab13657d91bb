import { z } from 'zod'
import { isRejection } from '#runtime/channel/core/fields.ts'
import type { RawIdentifier } from '#runtime/channel/core/outcome.ts'
import { readTime } from '#runtime/channel/core/time.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { type EpochMs, epochMs } from '#runtime/event/ids.ts'

/** One line of the offline form, as far as identity reads it; identifiers as they were given. */
export interface OfflineEvent {
  readonly line: number
  readonly id: string
  readonly source: string
  readonly type: string
  readonly at: EpochMs
  readonly receivedAt: EpochMs
  readonly identifiers: readonly RawIdentifier[]
}

const textOrList = z.union([z.string(), z.array(z.string()), z.null()], {
  error: 'must be a string or a list of strings',
})

const eventSchema = z.object({
  id: z.string({ error: 'must be a string' }).min(1, 'may not be empty'),
  at: z.string({ error: 'must be a time as ISO 8601, e.g. 2026-11-01T12:00:00.000Z' }),
  received_at: z.string().nullish(),
  channel: z.string().nullish(),
  source: z.string().nullish(),
  type: z.string().nullish(),
  identifiers: z.record(z.string(), textOrList, {
    error: 'must be an object: identifier type to value or list of values',
  }),
})

const unreadable = (file: string, line: number, message: string): TributaryError =>
  new TributaryError('TRB_USAGE', `${file}:${line}: ${message}`, {
    hint: 'One JSON object a line with id, at and identifiers; see: tributary identity simulate --help.',
  })

function timeOf(file: string, line: number, name: string, text: string): EpochMs {
  const time = readTime(text)
  if (isRejection(time)) throw unreadable(file, line, `${name}: not an ISO 8601 time`)
  return time
}

function parseLine(file: string, line: number, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw unreadable(file, line, 'not a JSON object')
  }
}

/**
 * Reads events in arrival order, one JSON object a line; empty lines are skipped. `received_at` defaults to the running maximum of `at`.
 * @throws TributaryError `TRB_USAGE`, with file and line, for a line that is no event or names a type that is not in `types`.
 */
export async function* readOfflineEvents(
  file: string,
  lines: AsyncIterable<string>,
  types: ReadonlySet<string>,
): AsyncGenerator<OfflineEvent> {
  let line = 0
  let newest = epochMs(Number.NEGATIVE_INFINITY)
  for await (const raw of lines) {
    line += 1
    const text = (line === 1 ? raw.replace(/^\uFEFF/, '') : raw).trim()
    if (text === '') continue
    const parsed = eventSchema.safeParse(parseLine(file, line, text))
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      const path = issue?.path.join('.') ?? ''
      throw unreadable(
        file,
        line,
        `${path === '' ? '' : `${path}: `}${issue?.message ?? 'not an event'}`,
      )
    }
    const { id, at, received_at, channel, source, type, identifiers } = parsed.data
    const occurredAt = timeOf(file, line, 'at', at)
    if (occurredAt > newest) newest = occurredAt
    yield {
      line,
      id,
      source: source ?? channel ?? 'offline',
      type: type ?? 'custom:offline',
      at: occurredAt,
      receivedAt: received_at ? timeOf(file, line, 'received_at', received_at) : newest,
      identifiers: rawIdentifiers(file, line, identifiers, types),
    }
  }
}

function rawIdentifiers(
  file: string,
  line: number,
  identifiers: Readonly<Record<string, string | readonly string[] | null>>,
  types: ReadonlySet<string>,
): readonly RawIdentifier[] {
  return Object.entries(identifiers).flatMap(([type, values]) => {
    if (!types.has(type)) {
      const known = [...types].join(', ')
      throw unreadable(file, line, `unknown identifier type ${type}; the policy has ${known}`)
    }
    if (values === null) return []
    return (typeof values === 'string' ? [values] : values).map((value) => ({ type, value }))
  })
}
