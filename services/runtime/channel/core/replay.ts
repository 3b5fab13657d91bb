import { epochMs, type EpochMs, offset, type Offset } from '../../event/ids.ts'
import { parseJson } from '../../log/parse-json.ts'
import type { DeadLetterAttempt } from '../../log/public-records.ts'
import { isRecordTime, originalTopicHeader, receivedAtHeader } from './entry.ts'

/** Place that a replayed record first came from: `topic/partition/offset`. */
export const replayOfHeader = 'tributary-replay-of'
/** Number of the try; the record itself was the first. */
export const replayAttemptHeader = 'tributary-replay-attempt'
/** The events of the record that are to be taken, such as `0-3,7`; without it all of them. */
export const replayIndexesHeader = 'tributary-replay-indexes'
/** What became of the tries before, as JSON. */
export const replayHistoryHeader = 'tributary-replay-history'

/** Headers that a replay gives to a record. They are no part of the record itself: a dead letter of the replay is without them. */
export const replayHeaders: ReadonlySet<string> = new Set([
  receivedAtHeader,
  originalTopicHeader,
  replayOfHeader,
  replayAttemptHeader,
  replayIndexesHeader,
  replayHistoryHeader,
])

export interface Place {
  readonly topic: string
  readonly partition: number
  readonly offset: Offset
}

export const placeText = ({ topic, partition, offset: at }: Place): string =>
  `${topic}/${partition}/${at}`

/** Tries that failed before, of the events of a record that share them. */
export interface SharedHistory {
  /** null: the record as a whole. */
  readonly indexes: readonly number[] | null
  readonly attempts: readonly DeadLetterAttempt[]
}

/** What the headers of a replayed record say. */
export interface Replay {
  readonly place: Place
  readonly attempt: number
  /** Original time of receipt, by which its dead letters are known; null: not told. */
  readonly receivedAt: EpochMs | null
  /** Events that are to be taken, ascending; null: all. */
  readonly indexes: readonly number[] | null
  readonly history: readonly SharedHistory[]
}

export const attemptMax = 65_535
/** Of one record's tries: the first and the last 19. */
export const historyMax = 20
const historyTextMax = 64 * 1024
/** Far above the events of any record that is read. */
const indexMax = 10_000_000
const indexesMax = 100_000

export const boundedHistory = (
  attempts: readonly DeadLetterAttempt[],
  max = historyMax,
): readonly DeadLetterAttempt[] => {
  const [first] = attempts
  return first === undefined || attempts.length <= max
    ? attempts
    : [first, ...attempts.slice(attempts.length - max + 1)]
}

/** The headers of a record that is sent again. A history that is too long for a header keeps its ends. */
export function writeReplay(
  replay: Replay & { readonly sourceTopic: string },
): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {
    [originalTopicHeader]: replay.sourceTopic,
    [replayOfHeader]: placeText(replay.place),
    [replayAttemptHeader]: String(replay.attempt),
  }
  if (replay.receivedAt !== null) headers[receivedAtHeader] = String(replay.receivedAt)
  if (replay.indexes !== null) headers[replayIndexesHeader] = writeIndexes(replay.indexes)
  for (const max of [historyMax, 5, 2, 1]) {
    const text = writeHistory(replay.history, max)
    if (text.length > historyTextMax) continue
    headers[replayHistoryHeader] = text
    break
  }
  return headers
}

/** null: no replay of a dead letter, or one that does not say of which record. */
export function readReplay(header: (name: string) => string | undefined): Replay | null {
  const place = parsePlace(header(replayOfHeader) ?? '')
  const attempt = Number(/^\d{1,5}$/.exec(header(replayAttemptHeader) ?? '')?.[0] ?? 0)
  if (place === null || attempt < 2 || attempt > attemptMax) return null
  const indexes = header(replayIndexesHeader)
  const receivedAt = /^-?\d{1,15}$/.exec(header(receivedAtHeader) ?? '')?.[0]
  return {
    place,
    attempt,
    receivedAt: isRecordTime(Number(receivedAt)) ? epochMs(Number(receivedAt)) : null,
    indexes: indexes === undefined ? null : parseIndexes(indexes),
    history: parseHistory(header(replayHistoryHeader) ?? '[]'),
  }
}

/** Looks up the tries of one event before: its own, else those of the record as a whole. */
export function histories(
  shared: readonly SharedHistory[],
): (index: number | null) => readonly DeadLetterAttempt[] {
  const byIndex = new Map<number | null, readonly DeadLetterAttempt[]>()
  for (const { indexes, attempts } of shared)
    for (const index of indexes ?? [null]) byIndex.set(index, attempts)
  return (index) => byIndex.get(index) ?? byIndex.get(null) ?? []
}

/** `topic/partition/offset`; null: it is none. */
export function parsePlace(text: string): Place | null {
  const [, topic, partition, at] = /^([\w.-]{1,249})\/(\d{1,7})\/(\d{1,15})$/.exec(text) ?? []
  return topic === undefined
    ? null
    : { topic, partition: Number(partition), offset: offset(Number(at)) }
}

/** Ascending and without repetitions: `0-3,7`. */
export function writeIndexes(indexes: readonly number[]): string {
  const ranges: [number, number][] = []
  for (const index of indexes) {
    const last = ranges.at(-1)
    if (last !== undefined && index === last[1] + 1) last[1] = index
    else ranges.push([index, index])
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',')
}

/** null: not what `writeIndexes` writes. Nothing is taken too few: without it all events of the record are. */
export function parseIndexes(text: string): readonly number[] | null {
  const indexes: number[] = []
  for (const range of text.split(',')) {
    const [, start, end] = /^(\d{1,8})(?:-(\d{1,8}))?$/.exec(range) ?? []
    if (start === undefined) return null
    const from = Number(start)
    const to = Number(end ?? start)
    if (from > to || to > indexMax || from <= (indexes.at(-1) ?? -1)) return null
    if (indexes.length + to - from + 1 > indexesMax) return null
    for (let index = from; index <= to; index += 1) indexes.push(index)
  }
  return indexes
}

const writeHistory = (history: readonly SharedHistory[], max: number): string =>
  JSON.stringify(
    history.map(({ indexes, attempts }) => [
      indexes === null ? null : writeIndexes(indexes),
      boundedHistory(attempts, max).map(({ attempt, failedAt, stage, reason }) => [
        attempt,
        failedAt,
        stage,
        reason,
      ]),
    ]),
  )

function parseHistory(text: string): readonly SharedHistory[] {
  return list(parseJson(text)).flatMap((shared) => {
    const [places, attempts] = list(shared)
    const indexes = typeof places === 'string' ? parseIndexes(places) : null
    if (typeof places === 'string' && indexes === null) return []
    return [{ indexes, attempts: boundedHistory(list(attempts).flatMap(parseAttempt)) }]
  })
}

function parseAttempt(value: unknown): readonly DeadLetterAttempt[] {
  const [attempt, failedAt, stage, reason] = list(value)
  if (!isCount(attempt) || !isCount(failedAt) || !isCode(stage) || !isCode(reason)) return []
  return [{ attempt, failedAt: epochMs(failedAt), stage, reason }]
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
const isCode = (value: unknown): value is string =>
  typeof value === 'string' && /^[a-z_]{1,64}$/.test(value)
