import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { topicNames } from '#schemas/topics.ts'

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

const map = read('PRIVACY.md')
const section = (text: string, title: string, level: string): string =>
  text.split(`\n${level} ${title}\n`)[1]?.split(`\n${level} `)[0] ?? ''
const quoted = (text: string): readonly string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)

/** Table → columns of docs/tables.md, which is made from the migrations. */
const tables = new Map(
  read('docs/tables.md')
    .split('\n## ')
    .slice(1)
    .filter((text) => !text.includes('\nView. '))
    .map((text) => [
      text.slice(0, text.indexOf('\n')),
      [...text.matchAll(/^\| (\w+) \| `/gm)].map(([, name = '']) => name),
    ]),
)
// Holds nothing but names and checksums of files.
tables.delete('schema_migrations')

/** Table → columns of the data map: rows without a table's name go on with the one above. */
function mapped(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  let names: readonly string[] = []
  for (const line of section(map, 'Tables', '###').split('\n')) {
    const [, table = '', fields] = line.split('|')
    if (fields === undefined) continue
    if (table.trim() !== '') names = quoted(table)
    for (const name of names) found.set(name, [...(found.get(name) ?? []), ...quoted(fields)])
  }
  return found
}

/** Those that come from the pipeline file are none of the migrations'. */
const columns = ([name, all]: readonly [string, readonly string[]]) =>
  [name, all.filter((one) => !one.endsWith('_…')).toSorted()] as const

it('the data map has every column of every table, and no other', () => {
  expect(Object.fromEntries([...mapped()].map(columns))).toEqual(
    Object.fromEntries([...tables].map(columns)),
  )
})

it('the data map has every topic', () => {
  const named = new Set(quoted(section(map, 'Topics', '###')))
  expect(topicNames.filter((name) => !named.has(name))).toEqual([])
})
