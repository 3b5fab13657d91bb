import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { runCli } from '../../../test/support/cli/run-cli.ts'
import { localEnvironment } from '../shell/local-environment.ts'
import { registrations } from './registrations.ts'

test('an unknown command is a usage error with a suggestion', async () => {
  const { status, stderr, stdout } = await runCli(['migrat', '--json'])
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(JSON.parse(stderr)).toEqual({
    error: {
      code: 'TRB_USAGE',
      message: "unknown command 'migrat'",
      hint: 'Did you mean migrate?',
    },
  })
})

test('an incomplete command shows its help, or one JSON object when asked for JSON', async () => {
  const people = await runCli(['profile'])
  expect(people.status).toBe(2)
  expect(people.stderr).toContain('show')
  const machines = await runCli(['profile', '--json'])
  expect(machines.status).toBe(2)
  expect(JSON.parse(machines.stderr)).toMatchObject({ error: { code: 'TRB_USAGE' } })
})

test('--version says what package.json says, for reports of what cannot happen', async () => {
  const checkout = fileURLToPath(new URL('../../../', import.meta.url))
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')))
  const said = { status: 0, stderr: '' }
  expect(await runCli(['--version'], {}, { checkout })).toEqual({ ...said, stdout: `${version}\n` })
  const json = { ...said, stdout: `{"version":"${version}"}\n` }
  expect(await runCli(['--version', '--json'], {}, { checkout })).toEqual(json)
  expect(await runCli(['--json', '--version'], {}, { checkout })).toEqual(json)
  expect((await runCli(['--help'])).stdout).toContain('--version')
})

test('every command answers --help on stdout with exit 0', async () => {
  const program = new Command()
  for (const register of registrations) register(program, () => () => Promise.resolve())
  for (const names of commandNames(program, [])) {
    const { status, stdout } = await runCli([...names, '--help'])
    expect({ names, status }).toEqual({ names, status: 0 })
    expect(stdout).toContain('Usage')
  }
})

function commandNames(parent: Command, above: readonly string[]): readonly (readonly string[])[] {
  return parent.commands.flatMap((command) => {
    const names = [...above, command.name()]
    return command.commands.length === 0 ? [names] : commandNames(command, names)
  })
}

/** Imported before a program: says at its end how many milliseconds it computed. */
const saysCpuMs = `data:text/javascript,${encodeURIComponent(
  "process.on('exit', () => { const { system, user } = process.cpuUsage(); process.stderr.write(String((system + user) / 1000)) })",
)}`

test('--help answers within half a second, so no command loads its work before it runs', () => {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url))
  // What it computes: others may have the cores meanwhile.
  const times = [1, 2, 3].map(() => {
    const { stderr, stdout } = spawnSync(
      process.execPath,
      ['--import', saysCpuMs, main, 'profile', 'show', '--help'],
      { encoding: 'utf8' },
    )
    expect(stdout).toContain('Usage')
    return Number(stderr)
  })
  expect(Math.min(...times)).toBeGreaterThan(0)
  expect(Math.min(...times)).toBeLessThan(500)
})

test('a dependency that cannot be reached is exit 3, configuration that is missing exit 2', async () => {
  const away = await runCli(['migrate', '--json'], { CLICKHOUSE_URL: 'http://127.0.0.1:9' })
  expect(away.status).toBe(3)
  expect(JSON.parse(away.stderr)).toMatchObject({ error: { code: 'TRB_CLICKHOUSE_UNAVAILABLE' } })
  const missing = await runCli(['migrate', '--json'])
  expect(missing.status).toBe(2)
  expect(JSON.parse(missing.stderr)).toMatchObject({ error: { code: 'TRB_CONFIG_INVALID' } })
})

/** What `topics plan` says of variables that are wrong. */
async function refusal(env: Readonly<Record<string, string>>): Promise<string> {
  const { status, stderr } = await runCli(['topics', 'plan'], env)
  expect(status).toBe(2)
  expect(stderr).toContain('(TRB_CONFIG_INVALID)')
  return stderr
}

test('what is to be done about a wrong variable is about addresses only where one is missing', async () => {
  const wrong = await refusal({ KAFKA_BROKERS: 'k:1', TRIBUTARY_PARTITIONS: '-3' })
  expect(wrong).toContain('docs/settings.md')
  expect(wrong).not.toContain('npm run stack')
  expect(await refusal({ KAFKA_BROKERS: 'nonsense' })).toMatch(/^KAFKA_BROKERS: 'nonsense'/)
  expect(await refusal({})).toContain('npm run stack -- up')
})

test('a stack and a demo of this clone are found without configuration, and what is set wins', () => {
  const checkout = mkdtempSync(join(tmpdir(), 'tributary-cli-'))
  onTestFinished(() => rmSync(checkout, { recursive: true, force: true }))
  mkdirSync(join(checkout, '.tributary', 'stack'), { recursive: true })
  writeFileSync(
    join(checkout, '.tributary', 'stack', 'stack.json'),
    JSON.stringify({ ports: { kafka: 1, registry: 2, clickhouse: 3 }, database: 'tributary' }),
  )
  writeFileSync(
    join(checkout, '.tributary', 'demo.json'),
    JSON.stringify({ prefix: 'demo.', database: 'demo', keyFile: '/k' }),
  )
  expect(localEnvironment({ checkout, env: { CLICKHOUSE_DATABASE: 'mine' } })).toEqual({
    TRIBUTARY_MODE: 'local',
    KAFKA_BROKERS: '127.0.0.1:1',
    REGISTRY_URL: 'http://127.0.0.1:2/apis/ccompat/v7',
    CLICKHOUSE_URL: 'http://127.0.0.1:3',
    CLICKHOUSE_DATABASE: 'mine',
    TRIBUTARY_PREFIX: 'demo.',
    TRIBUTARY_KEY_FILE: '/k',
  })
  const env = { CLICKHOUSE_URL: 'http://elsewhere:8123' }
  expect(localEnvironment({ checkout, env })).toEqual(env)
})
