import { TributaryError } from '#runtime/errors/index.ts'
import { parsePlace, type Place } from '#runtime/channel/core/replay.ts'
import { timeArgument } from '../shell/time-argument.ts'
import { reasons, stages, statuses } from './letter.ts'

/** Which letters are meant. Lists are alternatives, null is any; everything that is named must hold. */
export interface Selection {
  readonly stage: readonly string[] | null
  readonly reason: readonly string[] | null
  readonly source: readonly string[] | null
  readonly topic: readonly string[] | null
  readonly status: readonly string[] | null
  readonly schema: readonly number[] | null
  readonly place: readonly PlaceOfLetter[] | null
  /** Refused last at or after. */
  readonly since: Date | null
  /** Refused last before. */
  readonly until: Date | null
}

export interface PlaceOfLetter extends Place {
  /** `all`: every letter of the record. */
  readonly index: number | 'all'
}

const listKeys = ['stage', 'reason', 'source', 'topic', 'status', 'schema', 'place'] as const
const timeKeys = ['since', 'until'] as const
type ListKey = (typeof listKeys)[number]
type TimeKey = (typeof timeKeys)[number]
const keys: readonly string[] = [...listKeys, ...timeKeys]

const isListKey = (key: string): key is ListKey => listKeys.some((known) => known === key)

/** Lists that are closed: a value outside of them is a mistake of whoever typed it. */
const closed: Partial<Readonly<Record<ListKey, readonly string[]>>> = {
  stage: stages,
  reason: reasons,
  status: statuses,
}

/**
 * `key=value[,value]`, given as often as needed: values of one key are alternatives, keys must all hold.
 * @throws TributaryError TRB_USAGE that names what is valid.
 */
export function parseWhere(terms: readonly string[], now: Date): Selection {
  const lists = new Map<ListKey, string[]>()
  const times = new Map<TimeKey, Date>()
  for (const term of terms) {
    const { key, value } = parseTerm(term)
    if (isListKey(key)) {
      const values = value.split(',').map((one) => one.trim())
      for (const one of values) checkValue(key, one)
      lists.set(key, [...(lists.get(key) ?? []), ...values])
      continue
    }
    if (times.has(key)) throw usage(`--where ${key} is given twice`, `Give one ${key}.`)
    times.set(key, timeArgument(value, `--where ${key}`, now))
  }
  const since = times.get('since') ?? null
  const until = times.get('until') ?? null
  if (since !== null && until !== null && since >= until)
    throw usage('--where since is not before until', 'Give a span of time.')
  const list = (key: ListKey): readonly string[] | null => lists.get(key) ?? null
  return {
    stage: list('stage'),
    reason: list('reason'),
    source: list('source'),
    topic: list('topic'),
    status: list('status'),
    schema: list('schema')?.map(parseSchema) ?? null,
    place: list('place')?.map(parseLetterPlace) ?? null,
    since,
    until,
  }
}

function parseTerm(term: string): { readonly key: ListKey | TimeKey; readonly value: string } {
  const [, key = '', value = ''] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(term) ?? []
  if (isListKey(key) || key === 'since' || key === 'until') {
    if (value !== '') return { key, value }
    throw usage(`--where ${key} has no value`, `Give it as ${key}=VALUE.`)
  }
  throw usage(
    `--where ${term} ${key === '' ? 'is no key=value' : `names no key that there is: ${key}`}`,
    `Keys: ${keys.join(', ')}.`,
  )
}

function checkValue(key: ListKey, value: string): void {
  const known = closed[key]
  if (value === '') throw usage(`--where ${key} has an empty value`, `Give it as ${key}=A,B.`)
  if (known === undefined || known.includes(value)) return
  throw usage(`--where ${key}=${value}: no such ${key}`, `${key} is one of: ${known.join(', ')}.`)
}

function parseSchema(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw usage(`--where schema=${text} is no schema id`, 'Give the number of a schema.')
}

/** `topic/partition/offset[/index]`, or with colons as `trace` prints it: no topic has either. @throws TributaryError TRB_USAGE. */
export function parseLetterPlace(text: string): PlaceOfLetter {
  const [, place, index] = /^(.+?\/\d+\/\d+)(?:\/(\d{1,8}))?$/.exec(text.replaceAll(':', '/')) ?? []
  const parsed = place === undefined ? null : parsePlace(place)
  if (parsed !== null) return { ...parsed, index: index === undefined ? 'all' : Number(index) }
  throw usage(
    `${text} is no place of a record`,
    'Give topic/partition/offset, or topic/partition/offset/index for one event of it.',
  )
}

const usage = (message: string, hint: string): TributaryError =>
  new TributaryError('TRB_USAGE', message, { hint })
