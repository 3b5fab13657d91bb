import { relative } from 'node:path'
import type { Installation } from './installation.ts'
import { filesBelow } from './living-files.ts'

/** A place where personal data could have been left. */
export interface Haystack {
  readonly place: string
  readonly bytes: Uint8Array
}

/** Keys, values and headers of every record of every topic of the installation. */
export async function* topicsOf({ admin, kafka, prefix }: Installation): AsyncGenerator<Haystack> {
  const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(`${prefix}.`))
  for (const topic of topics.toSorted()) {
    const parts: Uint8Array[] = []
    for (const partition of (await admin.offsets(topic)).keys())
      for await (const { records } of kafka
        .reader()
        .read({ topic, partition }, { from: 'start', untilEnd: true }))
        for (const { key, value, headers } of records)
          parts.push(
            ...[key, value, ...Object.values(headers)].filter((one) => one !== null),
            Buffer.from(Object.keys(headers).join(' ')),
          )
    yield { place: `topic ${topic.slice(prefix.length + 1)}`, bytes: joined(parts) }
  }
}

/** All rows of all tables, as text. */
export async function* tablesOf({ clickhouse }: Installation): AsyncGenerator<Haystack> {
  const tables = await clickhouse.query<{ readonly name: string }>(
    "SELECT name FROM system.tables WHERE database = {database:String} AND engine NOT LIKE '%View' ORDER BY name",
    { database: clickhouse.database },
  )
  for (const { name } of tables) {
    const rows = await clickhouse.query(`SELECT * FROM ${name}`)
    yield {
      place: `table ${name}`,
      bytes: Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n')),
    }
  }
}

/** State directories and logs. */
export function* filesOf({ directory }: Installation): Generator<Haystack> {
  for (const { bytes, path } of filesBelow(directory))
    yield { place: `file ${relative(directory, path)}`, bytes }
}

const separator = Buffer.from('\n')
const joined = (parts: readonly Uint8Array[]): Uint8Array =>
  Buffer.concat(parts.flatMap((part) => [part, separator]))
