import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openEnvironment } from './environment.ts'

const root = mkdtempSync(join(tmpdir(), 'tributary-environment-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const text = {
  encode: (value: string) => Buffer.from(value),
  decode: (bytes: Uint8Array) => Buffer.from(bytes).toString(),
}

const fileOf = (directory: string): string =>
  readFileSync(join(directory, 'data.mdb')).toString('latin1')

test('what was removed stands in the file until it is written anew, and then no more', async () => {
  const directory = join(root, 'rewritten')
  const environment = openEnvironment(directory)
  const store = environment.store<string, string>('x', text)
  await environment.commit(() => {
    for (let at = 0; at < 500; at += 1) store.put(`key-${at}`, `value-${at}`.repeat(20))
    store.put('person', 'Quetzalina')
  })
  await environment.commit(() => store.remove('person'))
  expect(fileOf(directory)).toContain('Quetzalina')
  await environment.rewrite()
  expect(fileOf(directory)).not.toContain('Quetzalina')
  expect(store.get('person')).toBeUndefined()
  expect(store.get('key-499')).toBe('value-499'.repeat(20))
  // The stores that were open go on, writes too, and what they write is there for the next owner.
  await environment.commit(() => store.put('later', 'x'))
  expect(store.get('later')).toBe('x')
  expect(readdirSync(root)).toEqual(['rewritten'])
  await environment.close()
  const again = openEnvironment(directory)
  expect(again.store<string, string>('x', text).get('later')).toBe('x')
  await again.close()
})

test('a rewriting waits for a copy that is under way', async () => {
  const directory = join(root, 'copied')
  const environment = openEnvironment(directory)
  const store = environment.store<string, string>('x', text)
  await environment.commit(() => {
    for (let at = 0; at < 5000; at += 1) store.put(`key-${at}`, 'value'.repeat(200))
  })
  const target = join(root, 'copy')
  const ended: string[] = []
  // In one turn: the rewriting must not begin between the asking and the copy.
  await Promise.all([
    environment.copyTo(target).finally(() => ended.push('copy')),
    environment.rewrite().finally(() => ended.push('rewriting')),
  ])
  expect(ended).toEqual(['copy', 'rewriting'])
  expect(fileOf(target)).toContain('key-4999')
  expect(store.get('key-4999')).toBe('value'.repeat(200))
  await environment.close()
})

test('a copy that is asked for during a rewriting waits for its end', async () => {
  const directory = join(root, 'rewritten-first')
  const environment = openEnvironment(directory)
  const store = environment.store<string, string>('x', text)
  await environment.commit(() => {
    for (let at = 0; at < 5000; at += 1) store.put(`key-${at}`, 'value'.repeat(200))
  })
  const target = join(root, 'copy-after')
  const rewriting = environment.rewrite()
  // Past its wait for older copies, into its own.
  await Promise.resolve()
  await Promise.resolve()
  const ended: string[] = []
  await Promise.all([
    rewriting.finally(() => ended.push('rewriting')),
    environment.copyTo(target).finally(() => ended.push('copy')),
  ])
  expect(ended).toEqual(['rewriting', 'copy'])
  expect(fileOf(target)).toContain('key-4999')
  await environment.close()
})
