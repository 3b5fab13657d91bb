import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import type { Terminal } from '../shell/terminal.ts'
import { readRegistry } from './read-registry.ts'

const at = new Date('2026-03-01T12:00:00.500Z')
const sink = { write: () => true }
const terminal = (url: string): Terminal => ({
  stdin: Readable.from([]),
  stdout: sink,
  stderr: sink,
  env: { REGISTRY_URL: url },
  cwd: '/',
  checkout: '/nowhere',
  now: () => at,
  goOnUnread: () => undefined,
})

/** Reads a registry that gives these answers by path; status 404 for every other. */
async function against(answers: Readonly<Record<string, readonly [number, string]>>) {
  const server = createServer(({ url = '' }, response) => {
    const [status, body] = answers[url] ?? [404, '{}']
    response.writeHead(status, { date: at.toUTCString() }).end(body)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  const { port } = server.address() as AddressInfo
  try {
    return await readRegistry(terminal(`http://127.0.0.1:${port}`), 3000)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

it('knows a registry by its subjects, and needs neither types nor a rule of compatibility', async () => {
  const plain = await against({ '/subjects': [200, '["a","b"]'] })
  expect(plain).toMatchObject({ read: true, value: { subjects: 2, compatibility: null } })
  const whole = await against({
    '/subjects': [200, '[]'],
    '/schemas/types': [200, '["JSON","AVRO"]'],
    '/config': [200, '{"compatibilityLevel":"FULL"}'],
  })
  expect(whole).toMatchObject({
    value: {
      compatibility: 'FULL',
      clock: { theirsMs: Date.parse('2026-03-01T12:00:00Z'), resolutionMs: 1000 },
    },
  })
})

it('says what is wrong with an account, with another API, and with a registry without Avro', async () => {
  expect(await against({ '/subjects': [401, '{}'] })).toMatchObject({
    kind: 'refused',
    fix: 'Check REGISTRY_USERNAME and REGISTRY_PASSWORD.',
  })
  for (const other of [
    [200, '<html>'],
    [200, '{}'],
    [404, '[]'],
  ] as const)
    expect(await against({ '/subjects': other })).toMatchObject({ kind: 'refused' })
  const jsonOnly = await against({ '/subjects': [200, '[]'], '/schemas/types': [200, '["JSON"]'] })
  expect(jsonOnly).toMatchObject({ kind: 'refused' })
})

it('tells a registry that does not answer from one that nobody configured', async () => {
  expect(await readRegistry(terminal('http://127.0.0.1:9'), 3000)).toMatchObject({
    kind: 'unreachable',
    fix: 'Start the registry, or correct REGISTRY_URL.',
  })
  const unset = { ...terminal(''), env: { KAFKA_BROKERS: 'k:1' } }
  expect(await readRegistry(unset, 3000)).toMatchObject({ kind: 'configuration' })
})
