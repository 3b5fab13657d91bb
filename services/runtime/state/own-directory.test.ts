import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { findProcessOnThisHost, type Owner, ownDirectory } from './own-directory.ts'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tributary-own-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const self: Owner = { pid: 1000, startedAt: '10' }
const other: Owner = { pid: 2000, startedAt: '20' }
const holder = (): unknown => JSON.parse(readFileSync(join(directory, 'owner.json'), 'utf8'))

it('refuses a directory that another live process owns, and names it', () => {
  ownDirectory(directory, other, () => null)
  expect(() => ownDirectory(directory, self, () => other)).toThrow(/process 2000/)
})

it('refuses the same directory twice within one process', () => {
  ownDirectory(directory, self, () => self)
  expect(() => ownDirectory(directory, self, () => self)).toThrow(/1000/)
})

it('takes over from a process that is gone, also when its pid runs something else now', () => {
  ownDirectory(directory, other, () => null)
  ownDirectory(directory, self, () => ({ pid: 2000, startedAt: '99' }))
  expect(holder()).toEqual(self)
})

it('takes over a lock that a crash left half written', () => {
  writeFileSync(join(directory, 'owner.json'), '{"pid"')
  ownDirectory(directory, self, () => null)
  expect(holder()).toEqual(self)
})

it('is free after release, and release never takes another owner out', () => {
  const mine = ownDirectory(directory, self, () => null)
  mine.release()
  ownDirectory(directory, other, () => null)
  mine.release()
  expect(holder()).toEqual(other)
})

it('finds this very process', () => {
  expect(findProcessOnThisHost(process.pid)).toEqual(findProcessOnThisHost(process.pid))
  expect(findProcessOnThisHost(process.pid)?.pid).toBe(process.pid)
})
