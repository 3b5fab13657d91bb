import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { config as crm } from '../../services/crm/config.ts'
import { config as email } from '../../services/email/config.ts'
import { driftConfig as drift } from '../../services/drift/config.ts'
import { identityConfig as identity } from '../../services/identity/config.ts'
import { config as profiles } from '../../services/profiles/config.ts'
import { config as web } from '../../services/web/config.ts'

const services = { email, web, crm, identity, profiles, drift }

it('one environment may be for all services: no variable of one, or of compose, is a slip to another', () => {
  const compose = readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8')
  const examples = Object.values(services).map((config) => config.example())
  const names = [
    ...examples.flatMap((page) => [...page.matchAll(/^(?:# )?([A-Z_]+)=/gm)]),
    ...compose.matchAll(/\b((?:TRIBUTARY|KAFKA|CLICKHOUSE|REGISTRY)_[A-Z_]+)/g),
  ].map(([, name = '']) => name)
  expect(new Set(names).size).toBeGreaterThan(50)
  const env = Object.fromEntries(names.map((name) => [name, '1']))
  for (const [name, config] of Object.entries(services))
    expect([name, config.slips(env)]).toEqual([name, []])
})

it('the check looks at the directory of the state, of each service that has one', () => {
  const env = {
    KAFKA_BROKERS: 'a:1',
    REGISTRY_URL: 'http://r:1',
    CLICKHOUSE_URL: 'http://c:1',
    TRIBUTARY_KEY: Buffer.alloc(32, 1).toString('base64'),
  }
  for (const [name, config] of Object.entries(services)) {
    const found = config.check({ ...env, TRIBUTARY_STATE_DIR: '/dev/null/state' })
    const fault = "TRIBUTARY_STATE_DIR: '/dev/null/state' can't be a directory: /dev/null is a file"
    expect([name, found]).toEqual([name, name === 'drift' ? [] : [fault]])
  }
})
