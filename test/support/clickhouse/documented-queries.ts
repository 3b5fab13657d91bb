import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkout } from '../../world/demo/directory.ts'

export const queriesPage = readFileSync(join(checkout, 'docs', 'queries.md'), 'utf8')

/** Each query of docs/queries.md under its heading. */
export const documentedQueries: readonly { readonly title: string; readonly sql: string }[] = [
  ...queriesPage.matchAll(
    /^### (?<title>.+)$(?:(?!^### )[\s\S])*?^```sql\n(?<sql>[\s\S]*?)^```$/gm,
  ),
].map(({ groups }) => ({ title: groups?.['title'] ?? '', sql: groups?.['sql'] ?? '' }))

/** @throws Error when there is no such heading. */
export function documentedQuery(heading: string): string {
  const found = documentedQueries.find(({ title }) => title === heading)
  if (found === undefined) throw new Error(`docs/queries.md has no ${heading}`)
  return found.sql
}
