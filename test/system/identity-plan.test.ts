import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { checkout } from '../world/demo/directory.ts'
import { type CliResult, runCli } from '../support/cli/run-cli.ts'
import { createInstallation, type Installation } from '../support/pipeline/installation.ts'
import type { ServiceProcess } from '../support/pipeline/service-process.ts'
import { tell } from '../support/pipeline/told-events.ts'

const pipelineFile = join(checkout, 'test/fixtures/identity.pipeline.yaml')
const directory = mkdtempSync(join(tmpdir(), 'tributary-plan-'))
const stricter = join(directory, 'stricter.yaml')
const patterned = join(directory, 'patterned.yaml')

let installation: Installation
let services: readonly ServiceProcess[]

beforeAll(async () => {
  const file = readFileSync(pipelineFile, 'utf8')
  writeFileSync(stricter, withIdentity(file, 'identity: {types: {email: {limit: 1}}}'))
  writeFileSync(
    patterned,
    withIdentity(file, 'identity: {types: {email: {blocked: [ann@one.example, "/@two\\\\./"]}}}'),
  )
  installation = await createInstallation({ pipelineFile })
  services = await installation.startAll()
  const at = Date.now() - 86_400_000
  const sets = [
    { user_id: 'ann', email: 'ann@one.example' },
    { user_id: 'ann', email: 'ann@two.example' },
    { email: 'ann@two.example', anonymous_id: 'tablet' },
    { user_id: 'ben', email: 'ben@one.example' },
    { user_id: 'ben', email: 'ann@two.example' },
    { user_id: 'cem', phone: '+493012345678' },
  ]
  await tell(
    installation,
    sets.map((identifiers, n) => ({ id: `event-${n}`, at: at + n * 1000, identifiers })),
  )
  await installation.converged(services)
})
afterAll(async () => {
  await installation.drop()
  rmSync(directory, { recursive: true })
})

/** The file with another identity part. */
const withIdentity = (file: string, part: string): string =>
  `${file.replace(/^identity:.*\n(?:[ \t].*\n|\n)*/m, '')}\n${part}\n`

const run = async (...args: readonly string[]): Promise<CliResult> =>
  runCli(args, installation.environment, { checkout, now: () => new Date() })

const planned = z.object({
  plan: z.string(),
  carried_by: z.string(),
  limits: z.array(z.string()),
  blocked_in_the_past: z.array(z.object({ fragment: z.string(), others: z.number() })),
  counts: z.record(z.string(), z.number()),
  changes: z.array(
    z.object({
      kind: z.string(),
      moved: z.array(z.object({ id: z.string(), from: z.string(), to: z.string() })),
    }),
  ),
})

async function plan(...args: readonly string[]): Promise<z.infer<typeof planned>> {
  const { status, stdout, stderr } = await run('identity', 'plan', ...args, '--json')
  if (status !== 0) throw new Error(stderr)
  return planned.parse(JSON.parse(stdout))
}

/** Who is in which profile, as the homes have written it. */
async function everybody(): Promise<ReadonlyMap<string, string>> {
  const rows = await installation.clickhouse.query<{
    readonly fragment_id: string
    readonly profile_id: string
  }>('SELECT fragment_id, profile_id FROM profile_identifiers FINAL')
  return new Map(rows.map(({ fragment_id: id, profile_id: profile }) => [id, profile]))
}

const differences = (
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly unknown[] =>
  [...before]
    .flatMap(([id, from]) => {
      const to = after.get(id) ?? from
      return to === from ? [] : [{ id, from, to }]
    })
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))

let asPlanned: z.infer<typeof planned>

test('a plan says who would part, before anything is deployed, and changes nothing', async () => {
  const before = await everybody()
  asPlanned = await plan('--policy', stricter)
  expect(asPlanned).toMatchObject({ carried_by: 'deploy', counts: { part: 1, merge: 0 } })
  expect(asPlanned.changes.flatMap(({ moved }) => moved)).toHaveLength(2)
  const { stdout } = await run('identity', 'plan', '--policy', stricter)
  expect(stdout).toContain('identity.types.email.limit: 5 becomes 1')
  expect(stdout).toContain(`plan ${asPlanned.plan}`)
  expect(stdout).not.toContain('example')
  expect(await everybody()).toEqual(before)
})

test('what is not in force is not applied, nor a plan that nobody has seen', async () => {
  const early = await run('identity', 'apply', '--policy', stricter)
  expect([early.status, early.stderr]).toEqual([1, expect.stringContaining('is not in force')])
  expect((await run('deploy', stricter)).status).toBe(0)
  const other = await run('identity', 'apply', '--expect', 'abcdef012345')
  expect([other.status, other.stderr]).toEqual([1, expect.stringContaining(asPlanned.plan)])
})

test('after apply the profiles are what the plan said, and nothing is left to do', async () => {
  const before = await everybody()
  const { status, stdout, stderr } = await run(
    'identity',
    'apply',
    '--policy',
    stricter,
    '--expect',
    asPlanned.plan,
    '--wait',
    '--json',
  )
  expect([status, stderr]).toEqual([0, ''])
  expect(JSON.parse(stdout)).toMatchObject({ plan: asPlanned.plan, done: true, moved: 2 })
  await installation.converged(services)
  const moved = asPlanned.changes.flatMap((change) => change.moved)
  expect(differences(before, await everybody())).toEqual(
    moved.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  )
  expect(await plan()).toMatchObject({ carried_by: 'nothing', changes: [] })
  expect((await run('identity', 'apply')).stdout).toContain('Nothing to do')
})

test('a plan of other blocked values says what it finds in the past and what it can not reach', async () => {
  const said = await plan('--policy', patterned)
  expect(said.carried_by).toBe('rebuild')
  expect(said.limits.join(' ')).toContain(
    'New patterns (email) reach only what comes in from then on',
  )
  const fragment = installation.pseudonymiser.fragmentId('email', 'ann@one.example')
  expect(said.blocked_in_the_past).toEqual([{ fragment, others: 1 }])
})
