import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { runCli } from '../../../test/support/cli/run-cli.ts'
import { readTable } from './read-table.ts'

const directory = mkdtempSync(join(tmpdir(), 'tributary-compare-'))
afterAll(() => rmSync(directory, { recursive: true }))

const file = (name: string, text: string): string => {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}
const rows = (count: number, row: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => row(index)).join('\n')

const reference = file(
  'reference.csv',
  `spend,country,old\n${rows(2000, (n) => `${n % 97},${n % 4 === 0 ? 'AT' : 'DE'},1`)}\n`,
)
const current = file(
  'current.csv',
  `\uFEFFspend,country,fresh\n${rows(600, (n) => `${n % 20 === 0 ? '' : (n % 97) + 60},${n % 3 === 0 ? 'CH' : 'DE'},1`)}\n`,
)
const compare = async (...more: readonly string[]) =>
  runCli(['drift', 'compare', '--reference', reference, '--current', current, ...more])

const shape = z.object({
  convention: z.string(),
  columns: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      n_ref: z.number(),
      n_cur: z.number(),
      metrics: z.record(z.string(), z.number().nullable()),
      verdict: z.string().nullable(),
      edges: z.array(z.union([z.number(), z.string()])),
    }),
  ),
  missing_columns: z.object({ reference: z.array(z.string()), current: z.array(z.string()) }),
})
const json = async (...more: readonly string[]) =>
  shape.parse(JSON.parse((await compare('--json', ...more)).stdout))

test('two files are compared in what they have in common, and what only one has is named', async () => {
  const result = await json()
  expect(result.columns.map(({ name, type, verdict }) => [name, type, verdict])).toEqual([
    ['spend', 'numeric', 'critical'],
    ['country', 'categorical', 'critical'],
  ])
  expect(result.missing_columns).toEqual({ reference: ['fresh'], current: ['old'] })
  const [spend, country] = result.columns
  expect([spend?.n_ref, spend?.n_cur, spend?.metrics['null_rate_cur']]).toEqual([2000, 600, 0.05])
  expect(country?.metrics['new_category_share']).toBeCloseTo(1 / 3, 12)
  expect(country?.edges).toEqual(['DE', 'AT'])
  expect(spend?.edges).toHaveLength(9)
})

test('in a convention of others there is no verdict, and what it lacks is null', async () => {
  const [spend] = (await json('--convention', 'nannyml')).columns
  expect(spend?.verdict).toBeNull()
  expect(spend?.metrics['psi']).toBeNull()
  expect(spend?.metrics['js_distance']).toBeGreaterThan(0.3)
})

test('a column can be called categorical though it is made of numbers', async () => {
  const [spend] = (await json('--type', 'spend=categorical')).columns
  expect([spend?.type, spend?.metrics['ks']]).toEqual(['categorical', null])
})

test('the exit code says nothing of drift unless it is asked to', async () => {
  expect((await compare()).status).toBe(0)
  expect((await compare('--fail-on', 'critical')).status).toBe(1)
  const same = ['drift', 'compare', '--reference', reference, '--current', reference]
  expect((await runCli([...same, '--fail-on', 'info'])).status).toBe(0)
})

test('what can be read says so in words, with sizes beside every figure', async () => {
  const { stdout } = await compare()
  expect(stdout).toMatch(/spend +numeric +critical +2000 +600 +0\.0% +5\.0%/)
  expect(stdout).toContain('Not in the current file: old')
  const few = file('few.csv', 'spend,country\n1,DE\n2,AT\n')
  const small = await runCli(['drift', 'compare', '--reference', reference, '--current', few])
  expect(small.stdout).toContain('insufficient_data: a verdict needs')
})

test.each([
  ['a file that is not there', ['--reference', join(directory, 'nope.csv')], /nope\.csv: ENOENT/],
  ['an empty file', ['--reference', file('empty.csv', '')], /it is empty/],
  [
    'a row of another length',
    ['--reference', file('ragged.csv', 'a,b\n1,2\n3\n')],
    /line 3 is no row of this table/,
  ],
  ['two columns of one name', ['--reference', file('twice.csv', 'a,a\n1,2\n')], /one name/],
  ['nothing in common', ['--reference', file('other.csv', 'a\n1\n')], /no column in common/],
  ['an unknown convention', ['--convention', 'evident'], /none of tributary, evidently, nannyml/],
  ['a type of no column', ['--type', 'nope=numeric'], /no column of both files/],
  ['a word called numeric', ['--type', 'country=numeric'], /row 2 of column country is no number/],
  [
    'a verdict that there is none of',
    ['--convention', 'evidently', '--fail-on', 'warn'],
    /needs a verdict/,
  ],
])('%s is refused in words', async (_what, more, message) => {
  const { status, stderr, stdout } = await compare(...more)
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(message)
})

test('infinities and what is not a number are read as statistics programs write them', async () => {
  const odd = file('odd.csv', 'x\ninf\n-Infinity\nNaN\n1e3\n\n')
  const { stdout } = await runCli([
    'drift',
    'compare',
    '--reference',
    odd,
    '--current',
    odd,
    '--json',
  ])
  const [x] = shape.parse(JSON.parse(stdout)).columns
  expect([x?.type, x?.metrics['wasserstein'], x?.metrics['ks'], x?.n_ref]).toEqual([
    'numeric',
    0,
    0,
    5,
  ])
})

test('a table beyond the limit of what is held in memory is refused', async () => {
  expect((await readTable(reference, 2000)).rows).toBe(2000)
  await expect(readTable(reference, 1999)).rejects.toThrow(/more than 1999 rows/)
})
