import { readdirSync, readFileSync } from 'node:fs'
import { dirname, relative, resolve, sep } from 'node:path'
import { expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const files = readdirSync(resolve(root, 'services'), { recursive: true, encoding: 'utf8' }).filter(
  (f) => f.endsWith('.ts') && !f.endsWith('.test.ts'),
)
const edges = files.flatMap((f) => {
  const from = f.split(sep)[0] ?? ''
  const text = readFileSync(resolve(root, 'services', f), 'utf8')
  return [...text.matchAll(/(?:from|import)\s*\(?['"](\.[^'"]+|#[^'"]+)['"]/g)].map((m) => {
    const spec = m[1] ?? ''
    const target = spec.startsWith('#')
      ? (spec.slice(1).split('/')[0] ?? '')
      : (relative(resolve(root, 'services'), resolve(root, 'services', dirname(f), spec)).split(
          sep,
        )[0] ?? '')
    return { file: f, from, to: target, path: spec }
  })
})
it('no service imports another service (cli may import a core)', () => {
  expect(edges.length).toBeGreaterThan(500)
  const bad = edges.filter(
    (e) =>
      e.from !== e.to &&
      e.to !== 'runtime' &&
      e.to !== 'schemas' &&
      !(e.from === 'cli' && e.path.includes('/core/')),
  )
  expect(bad).toEqual([])
})
it('runtime imports no service', () => {
  expect(
    edges.filter((e) => e.from === 'runtime' && e.to !== 'runtime' && e.to !== 'schemas'),
  ).toEqual([])
})
it('kafkajs is had from patched.ts alone: what loads it before leaves it as slow as it comes', () => {
  const importing = files.filter((f) => {
    const text = readFileSync(resolve(root, 'services', f), 'utf8')
    return /^(?:import|export)(?! type\b)[^'"]*from ['"]kafkajs(?:\/[^'"]*)?['"]/m.test(text)
  })
  expect(importing).toEqual([])
  const taking = files.filter((f) =>
    /\bkafkajs\b[^\n]*patched\.ts'/.test(readFileSync(resolve(root, 'services', f), 'utf8')),
  )
  expect(taking.length).toBeGreaterThan(2)
})
