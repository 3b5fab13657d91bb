import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  localStackStatus,
  type RunningStack,
  startLocalStack,
  stopLocalStack,
} from '../../infra/local/stack/local-stack.ts'
import { missingTools } from '../../infra/local/stack/toolchain.ts'
import { readStackConfig } from '../support/stack/config.ts'
import { leaveOwner, temporaryPrefix } from '../support/stack/abandoned.ts'

// A stack of its own: these stop and kill components that other tests are using in the shared one.
const missing = missingTools()
const needs = missing.length === 0 ? '' : `(skipped: needs ${missing.join(' and ')})`

describe.skipIf(missing.length > 0)(`the local stack ${needs}`, () => {
  const dir = mkdtempSync(join(tmpdir(), temporaryPrefix))
  const { environment } = readStackConfig()
  let stack: RunningStack

  beforeAll(async () => {
    leaveOwner(dir)
    stack = await startLocalStack({ dir, environment })
  })
  afterAll(async () => {
    await stopLocalStack(dir, environment)
    rmSync(dir, { recursive: true, force: true })
  })

  async function register(subject: string): Promise<number> {
    const answer = await fetch(`${stack.registry.url}/subjects/${subject}/versions`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ schema: `{"type":"record","name":"${subject}","fields":[]}` }),
    })
    return z.object({ id: z.number() }).parse(await answer.json()).id
  }

  async function clickhouse(query: string): Promise<string> {
    const answer = await fetch(stack.clickhouse.url, { method: 'POST', body: query })
    return (await answer.text()).trim()
  }

  it('changes nothing when it is started a second time', async () => {
    const again = await startLocalStack({ dir, environment })
    expect(again.pids).toEqual(stack.pids)
    expect(again.kafka).toEqual(stack.kafka)
  })

  it('gives a schema the same id after its registry was killed', async () => {
    const first = await register('before')
    const second = await register('between')
    await stack.kill('registry')
    expect(localStackStatus(dir, environment)?.pids.registry).toBeNull()
    await stack.restart('registry')
    expect(await register('between')).toBe(second)
    expect(await register('before')).toBe(first)
  })

  it('keeps rows that were acknowledged when ClickHouse was killed', async () => {
    await clickhouse('CREATE TABLE kept (a UInt8) ENGINE = MergeTree ORDER BY a')
    await clickhouse('INSERT INTO kept VALUES (7)')
    await stack.kill('clickhouse')
    await stack.restart('clickhouse')
    expect(await clickhouse('SELECT a FROM kept')).toBe('7')
  })

  it('holds a component still until it is told to go on', async () => {
    stack.pause('clickhouse')
    const answer = clickhouse('SELECT 1')
    const first = await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 300))])
    expect(first).toBeUndefined()
    stack.resume('clickhouse')
    expect(await answer).toBe('1')
  })

  it('comes back with its ports and data after it was stopped, and with Kafka killed', async () => {
    const idBefore = await register('known')
    await stack.kill('kafka')
    expect(await stopLocalStack(dir, environment)).toEqual(['registry', 'clickhouse'])
    expect(Object.values(localStackStatus(dir, environment)?.pids ?? {})).toEqual([
      null,
      null,
      null,
    ])
    const { kafka, registry, clickhouse: address } = stack
    stack = await startLocalStack({ dir, environment })
    expect(stack).toMatchObject({ kafka, registry, clickhouse: address })
    expect(await clickhouse('SELECT a FROM kept')).toBe('7')
    expect(await register('last')).toBeGreaterThan(idBefore)
    expect(await register('known')).toBe(idBefore)
  })
})
