import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { Command } from 'commander'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { auditedCommands, unauditedCommands } from '../../services/cli/commands/audited.ts'
import { registrations } from '../../services/cli/commands/registrations.ts'
import { runCli } from '../support/cli/run-cli.ts'

/** Every command as it is typed. */
function commands(): readonly string[] {
  const program = new Command()
  for (const register of registrations) register(program, () => () => Promise.resolve())
  const below = (parent: Command, above: readonly string[]): readonly string[] =>
    parent.commands.flatMap((command) => {
      const names = [...above, command.name()]
      return command.commands.length === 0 ? [names.join(' ')] : below(command, names)
    })
  return below(program, []).map((name) => name.replace(/^rebuild run$/, 'rebuild'))
}

test('every command is written down, or it is said why not', () => {
  const listed = { ...auditedCommands, ...unauditedCommands }
  expect(commands().filter((command) => listed[command] === undefined)).toEqual([])
  expect(Object.keys(auditedCommands).filter((one) => !commands().includes(one))).toEqual([])
  expect(Object.keys(auditedCommands).filter((one) => one in unauditedCommands)).toEqual([])
})

/** A ClickHouse that knows nothing, takes everything, and remembers what audit_log was told. */
let isAway = false
const told: { readonly command: string }[] = []
const toldOf = (command: string): readonly object[] => told.filter((row) => row.command === command)
const queryOf = (request: IncomingMessage): string =>
  new URL(request.url ?? '', 'http://clickhouse').searchParams.get('query') ?? ''
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request)
  const isEntry = queryOf(request).includes('INSERT INTO `audit_log`')
  if (isEntry && isAway) {
    response.writeHead(500, { 'X-ClickHouse-Exception-Code': '210' })
    response.end('Code: 210. DB::NetException: away')
    return
  }
  if (isEntry) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as audit.ts writes it
    told.push(JSON.parse(body) as { readonly command: string })
  }
  response.end('')
}
const clickhouse = createServer((request, response) => void answer(request, response))
let env: Readonly<Record<string, string>> = {}
const folder = mkdtempSync(join(tmpdir(), 'tributary-audit-'))
const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

beforeAll(async () => {
  await new Promise<void>((resolve) => clickhouse.listen(0, '127.0.0.1', resolve))
  const address = clickhouse.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  env = {
    CLICKHOUSE_URL: `http://127.0.0.1:${port}`,
    // Nobody is there.
    KAFKA_BROKERS: '127.0.0.1:9',
    REGISTRY_URL: 'http://127.0.0.1:9',
    TRIBUTARY_KEY: Buffer.alloc(32, 7).toString('base64'),
  }
})
afterAll(() => {
  clickhouse.closeAllConnections()
  clickhouse.close()
  rmSync(folder, { recursive: true, force: true })
})

/** What is typed for each; all but those that come before the table. */
const typed: Readonly<Record<string, readonly string[]>> = {
  'sources reset': ['sources', 'reset', 'email'],
  deploy: ['deploy', file('pipeline.yaml', 'purposes: {}\nsources: []\n')],
  import: [
    'import',
    '--channel',
    'crm',
    '--file',
    file('rows.csv', 'a\n1\n'),
    '--map',
    file('map.yaml', ''),
  ],
  'identity explain': ['identity', 'explain', 'email=ada@example.org'],
  'identity split': ['identity', 'split', '--identifier', 'email=ada@example.org'],
  'identity unsplit': ['identity', 'unsplit', '--identifier', 'email=ada@example.org'],
  'identity merge': ['identity', 'merge', 'email=ada@example.org', 'user_id=7'],
  'identity apply': ['identity', 'apply'],
  'profile show': ['profile', 'show', 'email=ada@example.org'],
  explain: ['explain', 'email=ada@example.org', 'loyal'],
  export: [
    'export',
    '--entities',
    file('people.csv', 'entity,at\n'),
    '--out',
    join(folder, 'out.parquet'),
  ],
  'privacy access': ['privacy', 'access', 'email=ada@example.org'],
  'privacy erase': ['privacy', 'erase', 'email=ada@example.org'],
  'privacy sweep': ['privacy', 'sweep'],
  'privacy prove': ['privacy', 'prove', file('receipt.json', '{}')],
  'keys rotate': ['keys', 'rotate'],
  'deadletter show': ['deadletter', 'show', 'channel.web/3/1207', '--reveal'],
  'deadletter replay': ['deadletter', 'replay'],
  'drift baseline create': ['drift', 'baseline', 'create', '--from', '1d', '--to', '0s'],
  'drift baseline pin': ['drift', 'baseline', 'pin', 'nobody'],
  'drift label add': ['drift', 'label', 'add', 'a sale', '--from', '1d', '--to', '2d'],
  'drift label remove': ['drift', 'label', 'remove', 'nobody'],
  'drift mute': ['drift', 'mute', 'nobody', '--until', '2100-01-01', '--reason', 'ticket 7'],
  'drift unmute': ['drift', 'unmute', 'feature:nobody'],
  rebuild: ['rebuild'],
  'rebuild abort': ['rebuild', 'abort'],
  'rebuild drop': ['rebuild', 'drop'],
}
const inUse = Object.entries(typed).filter(([command]) => command in auditedCommands)
/** With a broker that is there: test/system/topics-command.test.ts. */
const beforeTheTable = ['migrate', 'topics apply']

test('every privileged command is tried here', () => {
  const tried = new Set([...Object.keys(typed), ...beforeTheTable])
  expect(Object.keys(auditedCommands).filter((command) => !tried.has(command))).toEqual([])
})

test.concurrent.each(inUse)(
  '%s is in audit_log before anything else, with who and why, and as failed when it fails',
  async (command, args) => {
    const { status } = await runCli(
      [...args, '--reason', 'ticket 7', '--by', 'grace', '--json'],
      env,
    )
    expect(status).toBeGreaterThan(0)
    expect(toldOf(command)).toMatchObject([
      { command, outcome: 'begun', actor: 'grace', reason: 'ticket 7', ended_at: null },
      { command, outcome: 'failed', actor: 'grace' },
    ])
    expect(JSON.stringify(toldOf(command)[1])).toContain('TRB_')
    expect(JSON.stringify(toldOf(command))).not.toContain('ada@')
  },
)

test.each(inUse)('%s is not done where audit_log is away', async (_, args) => {
  isAway = true
  const { status, stderr, stdout } = await runCli([...args, '--json'], env)
  expect({ status, stdout }).toEqual({ status: 3, stdout: '' })
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'TRB_CLICKHOUSE_UNAVAILABLE' } })
})

test('migrate is written down once the table is there', async () => {
  isAway = false
  await runCli(['migrate', '--by', 'grace', '--reason', 'release', '--json'], env)
  expect(toldOf('migrate')).toMatchObject([
    { command: 'migrate', outcome: 'done', actor: 'grace', reason: 'release' },
  ])
})
