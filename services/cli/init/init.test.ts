import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type CliResult, runCli } from '../../../test/support/cli/run-cli.ts'
import { checkout } from '../../../test/world/demo/directory.ts'
import { writeNewFiles } from './write-new-files.ts'

const root = mkdtempSync(join(tmpdir(), 'init-'))
afterAll(() => rmSync(root, { recursive: true }))
const folder = (): string => mkdtempSync(join(root, 'f-'))

const init = (...args: string[]): Promise<CliResult> => runCli(['init', ...args], {}, { checkout })
const template = (name: string, file: string): string =>
  readFileSync(join(checkout, 'infra', 'templates', name, file), 'utf8')
const both = ['pipeline.test.yaml', 'pipeline.yaml']

describe('init', () => {
  it.each(['retail', 'saas', 'media'])('copies the template %s', async (name) => {
    const dir = join(folder(), 'not', 'there', 'yet')
    const { status, stdout } = await init('--template', name, '--dir', dir)
    expect(status).toBe(0)
    expect(readdirSync(dir).toSorted()).toEqual(both)
    for (const file of both)
      expect(readFileSync(join(dir, file), 'utf8')).toBe(template(name, file))
    expect(stdout).toContain(`wrote ${dir}/pipeline.yaml\n`)
    for (const next of ['lint', 'test', 'features simulate', 'deploy'])
      expect(stdout).toContain(`  tributary ${next} `)
  })

  it.skipIf(!existsSync('/proc/self'))('says where no folder can be made', async () => {
    const { status, stderr } = await init('--dir', '/proc/tributary/pipeline', '--json')
    expect(status).toBe(2)
    expect(JSON.parse(stderr)).toMatchObject({
      error: { code: 'TRB_USAGE', hint: 'Name a folder with --dir that you may write to.' },
    })
    expect(stderr).toContain('/proc/tributary/pipeline cannot be written: ENOENT')
  })

  it('takes the retail one when none is named, which is the shipped file', async () => {
    const dir = folder()
    const { stdout } = await init('--dir', dir, '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      template: 'retail',
      files: [join(dir, 'pipeline.yaml'), join(dir, 'pipeline.test.yaml')],
    })
    for (const file of both)
      expect(readFileSync(join(dir, file), 'utf8')).toBe(
        readFileSync(join(checkout, 'infra', file), 'utf8'),
      )
  })

  it('overwrites nothing, writes then neither file, and does both with --force', async () => {
    const dir = folder()
    writeFileSync(join(dir, 'pipeline.test.yaml'), 'mine')
    const refused = await init('--template', 'saas', '--dir', dir, '--json')
    expect(refused.status).toBe(2)
    expect(JSON.parse(refused.stderr)).toMatchObject({
      error: {
        code: 'TRB_USAGE',
        message: `${dir}/pipeline.test.yaml would be overwritten`,
        hint: 'Name another folder with --dir, or overwrite with --force.',
      },
    })
    expect(readdirSync(dir)).toEqual(['pipeline.test.yaml'])
    expect((await init('--template', 'saas', '--dir', dir, '--force')).status).toBe(0)
    expect(readdirSync(dir).toSorted()).toEqual(both)
    expect(readFileSync(join(dir, 'pipeline.test.yaml'), 'utf8')).toBe(
      template('saas', 'pipeline.test.yaml'),
    )
  })

  it('says which templates there are, and which there is not', async () => {
    const dir = folder()
    const listed = await init('--list', '--dir', dir)
    expect(listed.stdout).toMatch(/^retail .*\nsaas .*\nmedia .*\n$/)
    const json: unknown = JSON.parse((await init('--list', '--json', '--dir', dir)).stdout)
    expect(json).toMatchObject({
      templates: [{ name: 'retail' }, { name: 'saas' }, { name: 'media' }],
    })
    const unknown = await init('--template', 'shop', '--dir', dir)
    expect(unknown).toMatchObject({ status: 2, stdout: '' })
    expect(unknown.stderr).toContain('retail, saas, media')
    expect(readdirSync(dir)).toEqual([])
  })

  it('says where it may not write', async () => {
    const dir = folder()
    writeFileSync(join(dir, 'file'), '')
    const { status, stderr } = await init('--dir', join(dir, 'file'))
    expect(status).toBe(2)
    expect(stderr).toContain('cannot be written')
  })
})

it('of two who write at the same moment one wins whole, and the other leaves nothing behind', async () => {
  const dir = folder()
  const files = (text: string) => both.map((name) => ({ name, text }))
  const ends = await Promise.allSettled(
    ['a', 'b', 'c', 'd'].map((text) => writeNewFiles(dir, files(text), false)),
  )
  expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(readdirSync(dir).toSorted()).toEqual(both)
  const [first, second] = both.map((name) => readFileSync(join(dir, name), 'utf8'))
  expect(first).toBe(second)
})
