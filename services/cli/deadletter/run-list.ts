import { placeText } from '#runtime/channel/core/replay.ts'
import { readCommonConfig } from '../shell/configuration.ts'
import { openClickHouse } from '../shell/connections.ts'
import { toJsonLine } from '../shell/json.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'
import { type Letter, unknownSource } from './letter.ts'
import { parseWhere } from './parse-where.ts'
import { type LetterGroup, readEach, readGroups } from './read-letters.ts'
import { conditionOf } from './select-letters.ts'
import { minute, table } from './table.ts'

export interface ListArguments {
  readonly where: readonly string[]
  /** One line per letter instead of counts. */
  readonly each: boolean
  readonly limit: number
  readonly skip: number
  readonly json: boolean
}

/** `tributary deadletter list`: how many there are of what kind, or one after the other. A listing is no check: always 0. */
export async function runList(terminal: Terminal, asked: ListArguments): Promise<ExitStatus> {
  const condition = conditionOf(
    parseWhere(asked.where, terminal.now()),
    readCommonConfig(terminal).prefix,
  )
  const clickhouse = openClickHouse(terminal)
  try {
    if (asked.each) {
      const found = await readEach(clickhouse, condition, {
        limit: asked.limit + 1,
        skip: asked.skip,
      })
      const letters = found.slice(0, asked.limit)
      const more = found.length > asked.limit
      terminal.stdout.write(
        asked.json
          ? toJsonLine({ letters: letters.map(letterJson), more })
          : printEach(letters, more ? asked.skip + asked.limit : null),
      )
      return 0
    }
    const groups = await readGroups(clickhouse, condition)
    const letters = groups.reduce((sum, group) => sum + group.letters, 0)
    terminal.stdout.write(
      asked.json
        ? toJsonLine({ groups: groups.map(groupJson), letters })
        : printGroups(groups, letters),
    )
    return 0
  } finally {
    await clickhouse.close()
  }
}

const sourceOf = (source: string | null): string =>
  source === null || source === '' ? unknownSource : source

const groupJson = (group: LetterGroup): object => ({ ...group, source: sourceOf(group.source) })

/** As `list --each` and `show` print a letter. */
export const letterJson = (letter: Letter): object => ({
  topic: letter.topic,
  partition: letter.partition,
  offset: String(letter.offset),
  index: letter.index,
  place: letterPlace(letter),
  status: letter.status,
  stage: letter.stage,
  reason: letter.reason,
  detail: letter.detail,
  source: sourceOf(letter.source),
  schema_id: letter.schemaId,
  received_at: letter.receivedAt,
  failed_at: letter.failedAt,
  first_failed_at: letter.firstFailedAt,
  attempt: letter.attempt,
  last_attempt: letter.lastAttempt,
  history: letter.history,
  replayed_at: letter.replayedAt,
  replayed_by: letter.replayedBy,
  note: letter.note,
})

/** `topic/partition/offset`, and the index of the event where it is one event that failed. */
export const letterPlace = (letter: Letter): string =>
  letter.index === null ? placeText(letter) : `${placeText(letter)}/${letter.index}`

function printGroups(groups: readonly LetterGroup[], letters: number): string {
  if (groups.length === 0) return 'no dead letters\n'
  const rows = groups.map((group) => [
    String(group.letters),
    String(group.records),
    group.status,
    group.stage,
    group.reason,
    sourceOf(group.source),
    minute(group.first_failed_at),
    minute(group.last_failed_at),
  ])
  const head = ['letters', 'records', 'status', 'stage', 'reason', 'source', 'first', 'last']
  return `${letters} dead letters\n\n${table([head, ...rows], 2)}`
}

function printEach(letters: readonly Letter[], next: number | null): string {
  if (letters.length === 0) return 'no dead letters\n'
  const rows = letters.map((letter) => [
    minute(letter.failedAt),
    letter.attempt > 1 ? `${letter.status} (try ${letter.attempt})` : letter.status,
    letter.stage,
    letter.reason,
    sourceOf(letter.source),
    letterPlace(letter),
    letter.detail,
  ])
  const head = ['refused', 'status', 'stage', 'reason', 'source', 'place', 'detail']
  const more = next === null ? '' : `\nmore: --skip ${next}\n`
  return table([head, ...rows], 0) + more
}
