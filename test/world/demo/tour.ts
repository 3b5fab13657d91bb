import { once } from 'node:events'
import { createClickHouse } from '#runtime/clickhouse/index.ts'
import { tributary } from './command-line.ts'
import type { DemoDirectory } from './directory.ts'
import { readLedger } from '../ledger-file.ts'
import type { Demo } from './run-demo.ts'

/** Queries worth trying first; the tour runs them, so that each is known to work. */
const queries: readonly (readonly [string, string])[] = [
  [
    'Who reads our mail most, as of now',
    'SELECT profile_id, round(email_engagement, 3) AS email_engagement, orders FROM profiles_now ORDER BY email_engagement DESC LIMIT 3',
  ],
  [
    'How busy people are on the site, as known and decayed to any moment that you name',
    'SELECT count() AS profiles, round(avg(web_activity), 3) AS web_activity FROM profiles_at(at = now())',
  ],
  [
    'Who is in which segment, and since when',
    'SELECT segment, count() AS members, max(entered_at) AS newest FROM segment_members GROUP BY segment ORDER BY members DESC LIMIT 5',
  ],
  [
    'Why identities were merged or not',
    'SELECT outcome, rule, count() AS decisions FROM identity_decisions FINAL GROUP BY outcome, rule ORDER BY decisions DESC LIMIT 5',
  ],
  [
    'What could not be used',
    'SELECT reason, stage, count() AS records FROM dead_letters FINAL GROUP BY reason, stage ORDER BY records DESC',
  ],
]

/** A sample profile with the reasons for its segments, and five queries with their answers. */
export async function tour(demo: Demo, directory: DemoDirectory): Promise<string> {
  const { environment } = demo
  const email = await someEmail(directory.ledgerFile)
  const profile = await tributary(['profile', 'show', `email=${email}`], environment)
  const database = environment['CLICKHOUSE_DATABASE'] ?? ''
  const url = environment['CLICKHOUSE_URL'] ?? ''
  const clickhouse = createClickHouse({ url, database })
  const answers: string[] = []
  for (const [title, sql] of queries) {
    const rows = await clickhouse.query(sql)
    answers.push(
      `  -- ${title}\n  ${sql}\n${rows.map((row) => `     ${JSON.stringify(row)}`).join('\n')}\n`,
    )
  }
  await clickhouse.close()
  return [
    `One of them (npm run -s tributary -- profile show email=${email}):\n\n${profile}`,
    `Five queries to try, at ${url}, database ${database}:\n\n${answers.join('\n')}`,
  ].join('\n')
}

/** The address of somebody with an account who bought something: a profile with something to show. */
async function someEmail(ledgerFile: string): Promise<string> {
  const buyers = new Set<number>()
  for await (const entry of readLedger(ledgerFile)) {
    if (entry.person === null || entry.fate !== 'applied') continue
    if (entry.type === 'order_completed') buyers.add(entry.person)
    const email = entry.identifiers.find(([type]) => type === 'email')
    if (email !== undefined && buyers.has(entry.person) && entry.identifiers.length > 1)
      return email[1]
  }
  throw new Error('nobody with an address has bought anything in this world: try more events')
}

export async function untilEnter(
  stdin: NodeJS.ReadStream,
  stderr: NodeJS.WriteStream,
): Promise<void> {
  stderr.write('\nEverything is still running for your queries. Press Enter to stop it. ')
  stdin.resume()
  await once(stdin, 'data')
  stdin.pause()
}
