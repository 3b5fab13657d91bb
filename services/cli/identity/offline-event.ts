import { z } from 'zod'
import { isRejection } from '#runtime/channel/core/fields.ts'
import type { RawIdentifier } from '#runtime/channel/core/outcome.ts'
import { readTime } from '#runtime/channel/core/time.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import type { JsonObject, Scalar } from '#runtime/event/event.ts'
import { type EpochMs, epochMs } from '#runtime/event/ids.ts'
import { type Channel, channels } from '#runtime/event/vocabulary.ts'

/** One line of the offline form; identifiers as they were given. */
export interface OfflineEvent {
  readonly line: number
  readonly id: string
  /** null: the line names none. */
  readonly channel: Channel | null
  /** As the line names it, else its channel, else `offline`: the scope of its id. */
  readonly source: string
  readonly isSourceNamed: boolean
  readonly type: string
  readonly at: EpochMs
  readonly receivedAt: EpochMs
  readonly identifiers: readonly RawIdentifier[]
  readonly traits: Readonly<Record<string, Scalar>>
  /** Answers as the source writes them. */
  readonly consent: Readonly<Record<string, Scalar>>
  /** Why it counts as a machine's; null: a person's. */
  readonly machine: string | null
  readonly properties: JsonObject
}

const textOrList = z.union([z.string(), z.array(z.string()), z.null()], {
  error: 'must be a string or a list of strings',
})

const named = z.record(z.string(), z.json(), { error: 'must be an object' })

/** The offline form (docs/testing-rules.md): what `identity simulate`, `features simulate` and `test` read, and `normalise --offline` writes. */
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
  traits: named.nullish(),
  consent: named.nullish(),
  machine: z.union([z.string(), z.boolean()]).nullish(),
  properties: named.nullish(),
})

const unreadable = (file: string, line: number, message: string): TributaryError =>
  new TributaryError('TRB_USAGE', `${file}:${line}: ${message}`, {
    hint: 'One JSON object a line with id, at and identifiers; see docs/testing-rules.md.',
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
 * What happened or was received after `until` is left out.
 * @throws TributaryError `TRB_USAGE`, with file and line, for a line that is no event or names a type that is not in `types`.
 */
export async function* readOfflineEvents(
  file: string,
  lines: AsyncIterable<string>,
  types: ReadonlySet<string>,
  until: EpochMs = epochMs(Infinity),
  leftOut: () => void = () => undefined,
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
    const { at, received_at, identifiers } = parsed.data
    const occurredAt = timeOf(file, line, 'at', at)
    // What happens after `until` is left out, and so is no time at which anything else was received.
    if (occurredAt > until) {
      leftOut()
      continue
    }
    if (occurredAt > newest) newest = occurredAt
    const receivedAt = received_at ? timeOf(file, line, 'received_at', received_at) : newest
    if (receivedAt > until) {
      leftOut()
      continue
    }
    yield {
      line,
      at: occurredAt,
      receivedAt,
      identifiers: rawIdentifiers(file, line, identifiers, types),
      ...offlineFields(parsed.data),
    }
  }
}

/** What every event has beside its times and identifiers, with the defaults of the offline form. */
function offlineFields(
  fields: z.infer<typeof eventSchema>,
): Omit<OfflineEvent, 'line' | 'at' | 'receivedAt' | 'identifiers'> {
  const { id, channel, source, type, traits, consent, machine, properties } = fields
  return {
    id,
    channel: channels.find((one) => one === channel) ?? null,
    source: source ?? channel ?? 'offline',
    isSourceNamed: typeof source === 'string',
    type: type ?? 'custom:offline',
    traits: answered(traits),
    consent: answered(consent),
    machine: machine === true ? 'stated' : machine || null,
    properties: properties ?? {},
  }
}

/** A trait or an answer is one value: a channel sends on no list and no object in their place. */
function answered(fields: JsonObject | null | undefined): Readonly<Record<string, Scalar>> {
  const out: Record<string, Scalar> = {}
  for (const [name, value] of Object.entries(fields ?? {}))
    if (value !== null && typeof value !== 'object') out[name] = value
  return out
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
