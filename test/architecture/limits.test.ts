import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { config as emailConfig } from '../../services/email/config.ts'
import { identityConfig } from '../../services/identity/config.ts'
import { config as profilesConfig } from '../../services/profiles/config.ts'
import { tableCells } from '../support/markdown.ts'

const root = join(import.meta.dirname, '..', '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

interface Row {
  readonly what: string
  readonly name: string
  readonly value: number
  readonly where: string
  readonly shownBy: readonly string[]
}

const lines = tableCells(read('docs/limits.md'))

/** `1,000`, `64 MiB` */
function numberOf(text: string): number {
  const [, digits = '', unit = ''] = /^([\d,]+)(?: (KiB|MiB))?$/.exec(text) ?? []
  const factor = unit === 'MiB' ? 2 ** 20 : unit === 'KiB' ? 2 ** 10 : 1
  return digits === '' ? Number.NaN : Number(digits.replaceAll(',', '')) * factor
}

const code = (cell: string): readonly string[] => cell.split(', ').map((one) => one.slice(1, -1))

const rows: readonly Row[] = lines
  .filter((cells) => cells.length === 6 && cells[1] !== 'Limit')
  .map(([what = '', limit = '', where = '', , , shownBy = '']) => {
    const [, name = '', value = ''] = /^`([\w.]+)` = (.+)$/.exec(limit) ?? []
    return {
      what,
      name,
      value: numberOf(value),
      where: code(where)[0] ?? '',
      shownBy: code(shownBy),
    }
  })

/** The product of `512 * 1024`, the power of `2 ** 20`. */
function evaluate(expression: string): number {
  const [base = '', exponent] = expression.replaceAll('_', '').split('**')
  if (exponent !== undefined) return Number(base) ** Number(exponent)
  return base.split('*').reduce((product, factor) => product * Number(factor), 1)
}

/** What a file says that the last part of a name is: as a constant, a field, a default, or that of a schema. */
function declared(name: string, source: string): readonly number[] {
  const last = name.split('.').at(-1) ?? ''
  const number = String.raw`(\d[\d_]*(?:\s*\*\*?\s*\d[\d_]*)*)`
  const direct = new RegExp(String.raw`\b${last}\s*(?:\?\?|[:=])\s*${number}`, 'g')
  const ofSchema = new RegExp(String.raw`\b${last}: z\..*\.default\(${number}\)`, 'g')
  return [direct, ofSchema].flatMap((pattern) =>
    [...source.matchAll(pattern)].map(([, found = '']) => evaluate(found)),
  )
}

const settings = [emailConfig, identityConfig, profilesConfig]
  .map((config) => config.table())
  .join('\n')
const defaultOf = (variable: string): number =>
  Number(new RegExp(`^\\| \`${variable}\` \\| \`(\\d+)\``, 'm').exec(settings)?.[1])

it('each limit of the page is what the code or the default of the setting says', () => {
  expect(rows.length).toBeGreaterThan(60)
  for (const { what, name, value, where } of rows) {
    const found = /^[A-Z_]+$/.test(name) ? [defaultOf(name)] : declared(name, read(where))
    expect({ what, name, found }).toEqual({ what, name, found: found.map(() => value) })
    expect({ what, name, isFound: found.length > 0 }).toEqual({ what, name, isFound: true })
  }
})

it('each limit of the page has its reason, what happens beyond it, and tests that there are', () => {
  for (const cells of lines) expect([cells, cells.includes('')]).toEqual([cells, false])
  const named = [
    ...rows.map(({ what, shownBy }) => ({ what, shownBy })),
    ...lines
      .filter((cells) => cells.length === 3 && cells[2] !== 'Shown by')
      .map(([what = '', , shownBy = '']) => ({ what, shownBy: code(shownBy) })),
  ]
  for (const { what, shownBy } of named)
    for (const test of shownBy) {
      expect([what, test]).toEqual([
        what,
        expect.stringMatching(/^(?:services|test)\/.+\.test\.ts$/),
      ])
      expect([what, test, existsSync(join(root, test))]).toEqual([what, test, true])
    }
})

/** Constants that look like limits of what is held, and why they are none, or have their place elsewhere. */
const elsewhere: Readonly<Record<string, string>> = {
  'services/runtime/definition/': 'what a pipeline file may say: lint explains it',
  'services/runtime/state/lmdb-file/': 'the format of LMDB',
  'services/runtime/channel/core/words.ts': 'how much of a name is looked at',
  'services/runtime/channel/core/identifiers/junk.ts': 'how much of a value is looked at',
  'services/runtime/channel/core/sensitive.ts patternLengthMax': 'how much of a name is looked at',
  'services/runtime/channel/core/sensitive.ts wordsMax': 'how much of a name is looked at',
  'services/runtime/config/shared.ts prefixMax': 'the length of one name',
  'services/runtime/registry/decoder.ts whyLengthMax': 'the length of one text',
  'services/runtime/channel/core/replay.ts': 'what headers of replays may claim: replay.test.ts',
  'services/runtime/channel/shell/process-record.ts': 'the length of one text',
  'services/runtime/kafka/kafkajs/admin.ts': 'how often is looked',
  'services/runtime/kafka/kafkajs/look.ts': 'how often is looked',
  'services/runtime/kafka/kafkajs/renewed-admin.ts': 'how often is asked',
  'services/runtime/registry/longs.ts': 'a range of numbers',
  'services/identity/core/evidence.ts': 'the length of one key',
  'services/identity/core/exclusion.ts': 'what a decision shows',
  'services/identity/core/plan-policy.ts': 'how often is looked',
  'services/profiles/core/segments/foresee.ts': 'how often a question looks ahead',
  'services/profiles/core/features/money.ts': 'a range of numbers',
  'services/profiles/core/features/numbers.ts': 'ranges of values',
  'services/profiles/core/features/decayed-topk.ts keptMax': 'made of rankedKeptPerShown',
  'services/profiles/core/features/distinct.ts textLengthMax': 'the length of one value',
  'services/profiles/core/traits/candidates.ts': 'the length of one value',
  'services/drift/core/compare/evidently.ts': 'a convention of Evidently',
  'services/drift/core/measure/': 'what a window tells apart: services/drift/README.md',
  'services/drift/core/metrics/kolmogorov': 'sizes up to which one formula is taken',
  'services/drift/shell/metrics.ts': 'series of one metric: docs/metrics.md',
}

it('each limit of what services hold is on the page, or said to be none', () => {
  const onPage = new Set(rows.map(({ name, where }) => `${where} ${name.split('.')[0]}`))
  const missing: string[] = []
  const excused = new Set<string>()
  for (const service of ['runtime', 'identity', 'profiles', 'drift'])
    for (const file of readdirSync(join(root, 'services', service), {
      recursive: true,
      encoding: 'utf8',
    })) {
      if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue
      const path = `services/${service}/${file}`
      for (const [, name = ''] of read(path).matchAll(
        /^(?:export )?const (\w*(?:Max|Limits))\b/gm,
      )) {
        const excuse = Object.keys(elsewhere).find((prefix) => `${path} ${name}`.startsWith(prefix))
        if (excuse !== undefined) excused.add(excuse)
        else if (!onPage.has(`${path} ${name}`)) missing.push(`${path} ${name}`)
      }
    }
  expect(missing).toEqual([])
  expect([...excused].toSorted()).toEqual(Object.keys(elsewhere).toSorted())
})
