import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { clickhouseImage, kafkaImage, registryImage } from './images.ts'

const serviceSchema = z.object({
  image: z.string(),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  profiles: z.array(z.string()).default([]),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
})
const composeSchema = z.object({
  services: z.record(z.string(), serviceSchema),
  volumes: z.record(z.string(), z.unknown()),
})

const file = new URL('../../docker-compose.yml', import.meta.url)
const compose = composeSchema.parse(parse(readFileSync(file, 'utf8'), { merge: true }))
const ours = Object.entries(compose.services).filter(([, { image }]) => image === 'tributary:local')

it('runs the images that the tests run', () => {
  expect(compose.services).toMatchObject({
    kafka: { image: kafkaImage },
    registry: { image: registryImage },
    clickhouse: { image: clickhouseImage },
  })
})

it('publishes ports on loopback only, since nothing asks for a password', () => {
  const ports = Object.values(compose.services).flatMap((service) => service.ports)
  expect(ports).toHaveLength(6)
  expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([])
})

it('gives every service one command, and each that has state its own', () => {
  const running = ours.filter(([name]) => name !== 'deploy')
  const stateful = ['email', 'web', 'crm', 'identity', 'profiles']
  expect(running.map(([name]) => name)).toEqual([...stateful, 'drift'])
  for (const [name, { command, volumes }] of running) {
    expect(command).toEqual(['node', `services/${name}/main.ts`])
    if (!stateful.includes(name)) continue
    expect(volumes).toContain(`${name}:/var/lib/tributary`)
    expect(compose.volumes).toHaveProperty(name)
  }
})

it('tells every service the same addresses', () => {
  const [first, ...others] = ours.map(([, { environment }]) => environment)
  expect(Object.keys(first ?? {})).toContain('TRIBUTARY_PIPELINE')
  for (const environment of others) expect(environment).toEqual(first)
})

it('watches what runs only when asked, by the files that are here', () => {
  const watching = Object.entries(compose.services).filter(
    ([, { profiles }]) => profiles.length > 0,
  )
  expect(watching.map(([name, { profiles }]) => [name, profiles])).toEqual(
    ['prometheus', 'alertmanager', 'grafana'].map((name) => [name, ['monitoring']]),
  )
  const mounts = watching
    .flatMap(([, { volumes }]) => volumes)
    .filter((volume) => volume.startsWith('./'))
  expect(mounts.length).toBeGreaterThan(3)
  for (const mount of mounts) {
    const [path = '', , mode] = mount.split(':')
    expect([mount, mode, existsSync(new URL(`../../${path}`, import.meta.url))]).toEqual([
      mount,
      'ro',
      true,
    ])
  }
})
