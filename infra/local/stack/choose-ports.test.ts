import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import { choosePorts } from './choose-ports.ts'
import { freePorts, type StackPorts } from './ports.ts'

async function remembered(): Promise<StackPorts> {
  const [kafka = 0, kafkaController = 0, registry = 0, clickhouse = 0] = await freePorts(4)
  return { kafka, kafkaController, registry, clickhouse }
}

async function occupied<T>(port: number, work: () => Promise<T>): Promise<T> {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', () => {
      resolve()
    })
  })
  try {
    return await work()
  } finally {
    server.close()
  }
}

it('gives four different ports to a new stack', async () => {
  const ports = await choosePorts(null, {}, [])
  expect(new Set(Object.values(ports)).size).toBe(4)
})

it('keeps the ports of the last time', async () => {
  const before = await remembered()
  expect(await choosePorts(before, {}, [])).toEqual(before)
})

it('keeps the port of what runs, and moves off one that a stranger took', async () => {
  const before = await remembered()
  await occupied(before.clickhouse, async () => {
    expect(await choosePorts(before, {}, ['clickhouse'])).toEqual(before)
    const after = await choosePorts(before, {}, [])
    expect(after.clickhouse).not.toBe(before.clickhouse)
    expect(after.kafka).toBe(before.kafka)
  })
})

it('refuses a port that was asked for and cannot be had', async () => {
  const before = await remembered()
  await occupied(before.registry, async () => {
    const wanted = { registry: before.registry }
    await expect(choosePorts(null, wanted, [])).rejects.toMatchObject({ code: 'port_taken' })
  })
  await expect(choosePorts(before, { kafka: 1 }, ['kafka'])).rejects.toMatchObject({
    code: 'usage',
  })
})
