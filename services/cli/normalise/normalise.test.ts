import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { runCli } from '../../../test/support/cli/run-cli.ts'

const directory = mkdtempSync(join(tmpdir(), 'tributary-normalise-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

// The clock of runCli: 2026-03-02T00:00:00.000Z.
const open = {
  email: 'Anna@Shop.Test',
  event: 'open',
  timestamp: 1772400000,
  sg_event_id: 'e1',
  sg_message_id: 'm1',
}
const normalise = async (stdin: string, ...args: readonly string[]) =>
  runCli(['normalise', ...args], {}, { stdin })

it('prints a line per event with sorted keys, and exits with 0 even when some are dead letters', async () => {
  const body = JSON.stringify([open, { ...open, timestamp: 1872400000 }, 'no event'])
  const { status, stdout, stderr } = await normalise(body, '--channel', 'email')
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const lines = stdout.trimEnd().split('\n')
  expect(lines[0]).toBe(
    '{"event":{"channel":"email","consent":{},"event_id":"e1","flags":[],"identifiers":[{"blocked":null,"flags":[],"type":"email","value":"anna@shop.test"}],"machine":false,"machine_reason":null,"occurred_at":"2026-03-01T21:20:00.000Z","party":"first","properties":{"message_id":"m1","recipient":"Anna@Shop.Test","tags":[]},"received_at":"2026-03-02T00:00:00.000Z","source":"sendgrid","trait_kind":"observed","traits":{},"type":"email_opened"},"index":0,"outcome":"ok"}',
  )
  expect(lines.slice(1)).toEqual([
    '{"detail":"more than 300 s after the record came","index":1,"outcome":"dead_letter","reason":"future_event_time","stage":"validate"}',
    '{"detail":"no object","index":2,"outcome":"dead_letter","reason":"unexpected_shape","stage":"normalise"}',
  ])
})

it('prints offline events, which simulate reads', async () => {
  const page = {
    type: 'page',
    messageId: 'p',
    userId: 'u',
    anonymousId: 'a',
    timestamp: '2026-03-01T00:00:00Z',
  }
  const { stdout } = await normalise(JSON.stringify(page), '--channel', 'web', '--offline')
  expect(JSON.parse(stdout)).toMatchObject({
    id: 'p',
    at: '2026-03-01T00:00:00.000Z',
    identifiers: { user_id: 'u', anonymous_id: 'a' },
    type: 'page_viewed',
  })
})

it('says of a record that nobody knows why, instead of failing', async () => {
  for (const [body, reason] of [
    ['{"a":1}', 'unknown_source'],
    ['{', 'invalid_json'],
    ['', 'empty_record'],
  ] as const) {
    const { status, stdout } = await normalise(body, '--channel', 'crm')
    expect(status).toBe(0)
    expect(stdout).toContain(`"reason":"${reason}"`)
  }
})

it('reads headers, and sources with their maps out of a pipeline file', async () => {
  const pipeline = join(directory, 'pipeline.yaml')
  writeFileSync(
    pipeline,
    `
purposes: { service: Service }
identity: { priority: [user_id, email], types: { user_id: { blocked: [kiosk] } } }
sources:
  - channel: web
    topics: [shop]
    format: csv
    source: mapped
    map:
      source: shop
      type: { const: order_completed }
      occurred_at: { path: at, format: dd.MM.yyyy HH:mm, zone: Europe/Berlin }
      identifiers: [{ type: user_id, path: who }]
      properties: { total: { path: total, currency: EUR } }
`,
  )
  const headers = join(directory, 'headers')
  writeFileSync(headers, 'tributary-source: shop\ntributary-received-at: 1772400000000\n')
  const csv = 'who,at,total\nkiosk,01.03.2026 12:00,3.50\n'
  const { status, stdout } = await normalise(
    csv,
    '--channel',
    'web',
    '--pipeline',
    pipeline,
    '--headers',
    headers,
  )
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    event: {
      source: 'shop',
      occurred_at: '2026-03-01T11:00:00.000Z',
      received_at: '2026-03-01T21:20:00.000Z',
      identifiers: [{ blocked: 'identity.types.user_id.blocked[0]' }],
      properties: { total: 3.5, currency: 'EUR' },
    },
  })
})

it('shows what is odd about an identifier, and blocks it where the pipeline file says so', async () => {
  const pipeline = join(directory, 'pipeline.yaml')
  const policy = 'normalise: {plus: strip, dots: strip}, role: block'
  writeFileSync(
    pipeline,
    `
purposes: { service: Service }
identity: { types: { email: { ${policy} } } }
sources: [{ channel: email, topics: [mail], format: json, source: sendgrid }]
`,
  )
  const bodies = ['info@mailinator.com', 'A.N.N.A+x@googlemail.com'].map((email) => ({
    ...open,
    email,
  }))
  const identifiers = async (...args: readonly string[]) => {
    const { stdout } = await normalise(JSON.stringify(bodies), '--channel', 'email', ...args)
    return stdout
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
  }
  expect(await identifiers()).toMatchObject([
    {
      event: {
        flags: ['disposable_address', 'role_address'],
        identifiers: [{ blocked: null, flags: ['disposable_address', 'role_address'] }],
      },
    },
    { event: { flags: [], identifiers: [{ value: 'a.n.n.a+x@googlemail.com', flags: [] }] } },
  ])
  expect(await identifiers('--pipeline', pipeline)).toMatchObject([
    { event: { identifiers: [{ blocked: 'policy:role_address' }] } },
    { event: { identifiers: [{ value: 'anna@gmail.com' }] } },
  ])
})

const withHeaders = async (text: string): Promise<unknown> => {
  const headers = join(directory, 'headers')
  writeFileSync(headers, text)
  const told = await normalise(JSON.stringify(open), '--channel', 'email', '--headers', headers)
  expect(told).toMatchObject({ status: 0, stderr: '' })
  return JSON.parse(told.stdout)
}

it('takes a header that names nobody, or no time, as a channel does: the record’s own fault, no mistake of the caller', async () => {
  expect(await withHeaders('tributary-source: nobody\n')).toMatchObject({
    outcome: 'dead_letter',
    reason: 'unknown_source',
    index: null,
  })
  expect(await withHeaders('tributary-received-at: yesterday\n')).toMatchObject({
    outcome: 'ok',
    event: { received_at: '2026-03-02T00:00:00.000Z' },
  })
})

it('knows a country in small letters', async () => {
  const call = { type: 'identify', userId: 'u', messageId: 'm', traits: { phone: '030 901820' } }
  const { stdout } = await normalise(
    JSON.stringify(call),
    '--channel',
    'web',
    '--phone-region',
    'de',
  )
  expect(stdout).toContain('"+4930901820"')
})

it('refuses what it does not know with exit 2', async () => {
  expect(await normalise('{}', '--channel', 'fax')).toMatchObject({ status: 2 })
  expect(await normalise('{}', '--channel', 'web', '--source', 'hubspot')).toMatchObject({
    status: 2,
  })
  expect(await normalise('{}', '--channel', 'web', '--received-at', 'yesterday')).toMatchObject({
    status: 2,
  })
  expect(await normalise('{}', '--channel', 'web', '--pipeline', '/nowhere.yaml')).toMatchObject({
    status: 2,
  })
})
