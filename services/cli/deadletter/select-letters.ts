import { prefixed } from '#schemas/topics.ts'
import { unknownSource } from './letter.ts'
import type { Selection } from './parse-where.ts'

/** A condition on `dead_letters_now`, its values apart from the text. */
export interface Condition {
  readonly sql: string
  readonly params: Readonly<Record<string, unknown>>
}

/** Topics may be named with or without the installation's prefix, as the pipeline file names them. */
export const namesOf = (topic: string, prefix: string): readonly string[] => [
  ...new Set([topic, prefixed(prefix, topic)]),
]

export function conditionOf(selection: Selection, prefix: string): Condition {
  const parts: string[] = []
  const params: Record<string, unknown> = {}
  const among = (column: string, values: readonly string[] | null): void => {
    if (values === null) return
    parts.push(`${column} IN {where_${column}:Array(String)}`)
    params[`where_${column}`] = values
  }
  among('stage', selection.stage)
  among('reason', selection.reason)
  among('status', selection.status)
  among('source', selection.source?.map((name) => (name === unknownSource ? '' : name)) ?? null)
  among('topic', selection.topic?.flatMap((topic) => namesOf(topic, prefix)) ?? null)
  if (selection.schema !== null) {
    parts.push('schema_id IN {where_schema:Array(Int32)}')
    params['where_schema'] = selection.schema
  }
  if (selection.place !== null) {
    const places = selection.place.map(({ topic, partition, offset, index }, n) => {
      params[`place_topic_${n}`] = namesOf(topic, prefix)
      params[`place_partition_${n}`] = partition
      params[`place_offset_${n}`] = offset
      const record = `topic IN {place_topic_${n}:Array(String)} AND partition = {place_partition_${n}:UInt32} AND offset = {place_offset_${n}:Int64}`
      if (index === 'all') return `(${record})`
      params[`place_index_${n}`] = index
      return `(${record} AND \`index\` = {place_index_${n}:Int32})`
    })
    parts.push(`(${places.join(' OR ')})`)
  }
  if (selection.since !== null) {
    parts.push('failed_at >= {where_since:DateTime64(3)}')
    params['where_since'] = selection.since
  }
  if (selection.until !== null) {
    parts.push('failed_at < {where_until:DateTime64(3)}')
    params['where_until'] = selection.until
  }
  return { sql: parts.length === 0 ? '1' : parts.join(' AND '), params }
}
