import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { checkLmdbFile, openEnvironment } from '#runtime/state/index.ts'
import { stateFormats } from '../support/state/state-formats.ts'

const fixtures = join(import.meta.dirname, '..', 'fixtures', 'state')
const root = mkdtempSync(join(tmpdir(), 'tributary-formats-'))
afterAll(() => rmSync(root, { recursive: true }))

/** Opening a state writes to its directory: a copy takes it. */
function copyOf(name: string, version: string): string {
  const directory = join(root, `${name}-${version}`)
  cpSync(join(fixtures, name, version), directory, { recursive: true })
  return directory
}

describe.each(stateFormats)('a state of $name', (format) => {
  const versions = readdirSync(join(fixtures, format.name))

  it('has a sample of the present format', () => {
    expect(versions).toContain(String(format.foldVersion))
  })

  it.each(versions)('of fold version %s is sound and says what it is', async (version) => {
    const directory = copyOf(format.name, version)
    expect(await checkLmdbFile(join(directory, 'data.mdb'))).toEqual({ kind: 'sound' })
    const environment = openEnvironment(directory)
    const claims = format.readClaims(environment)
    await environment.close()
    expect(claims).toEqual({
      identity: { ...format.identity, foldVersion: Number(version) },
      nextOffset: format.nextOffset,
      isBetweenRecords: true,
    })
  })

  it('of the present format holds what it held when it was released', async () => {
    const version = String(format.foldVersion)
    const content: unknown = JSON.parse(
      readFileSync(join(fixtures, format.name, version, 'content.json'), 'utf8'),
    )
    expect(await format.dump(copyOf(format.name, version))).toEqual(content)
  })
})
