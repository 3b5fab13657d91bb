import { Command } from 'commander'
import { expect, test } from 'vitest'
import { runCli } from '../../../test/support/cli/run-cli.ts'
import { registrations } from './registrations.ts'
import { waitTime } from './wait-time.ts'

const program = new Command()
for (const register of registrations) register(program, () => () => Promise.resolve())

const leaves = (parent: Command): readonly Command[] =>
  parent.commands.flatMap((command) =>
    command.commands.length === 0 ? [command] : leaves(command),
  )

test('a default that is a number is shown as one', () => {
  const texts = leaves(program).flatMap((command) =>
    command.options
      .filter(({ defaultValue }) => typeof defaultValue === 'string' && /^\d+$/.test(defaultValue))
      .map(({ flags }) => `${command.name()} ${flags}`),
  )
  expect(texts).toEqual([])
})

test('why is said by --reason wherever who is said by --by', () => {
  const shown = leaves(program).map((command) => ({
    name: command.name(),
    names: command.options.filter(({ hidden }) => !hidden).map(({ long }) => long),
  }))
  const asked = shown.filter(({ names }) => names.includes('--by') && !names.includes('--columns'))
  expect(asked.length).toBeGreaterThan(10)
  for (const { name, names } of asked)
    expect({ name, names }).toHaveProperty('names', expect.arrayContaining(['--reason']))
  expect(shown.filter(({ names }) => names.includes('--note'))).toEqual([])
})

test('how long to wait is typed alike everywhere', async () => {
  expect(['20', '20s', '5m'].map(waitTime)).toEqual([20_000, 20_000, 300_000])
  for (const text of ['', '0', '1h', '-1', '1.5s', 'soon'])
    expect(() => waitTime(text)).toThrow(/Give seconds or minutes/)
  const timeouts = leaves(program)
    .filter((command) => command.name() !== 'doctor')
    .flatMap((command) => command.options.filter(({ long }) => long === '--timeout'))
  expect(timeouts.length).toBeGreaterThan(3)
  for (const { parseArg } of timeouts) expect(parseArg).toBe(waitTime)
})

test.each([
  ['deadletter', 'list', '--limit', '0'],
  ['deadletter', 'list', '--skip', '-1'],
  ['drift', 'alerts', '--limit', '0'],
  ['deadletter', 'replay', '--wait', 'soon'],
  ['doctor', '--timeout', '301'],
])('%s %s %s %s is a usage error', async (...args) => {
  const { status, stderr } = await runCli([...args, '--json'])
  expect(status).toBe(2)
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'TRB_USAGE' } })
})
