import type { z } from 'zod'
import { didYouMean } from '../spelling/did-you-mean.ts'
import type { FilePath, Observation } from './findings.ts'
import { keysAt } from './json-schema.ts'

type Issue = z.core.$ZodIssue

const filePath = (path: readonly PropertyKey[]): FilePath =>
  path.map((part) => (typeof part === 'number' ? part : String(part)))

/** Why a key must be there, where the validator's own words would not say it. */
const reasons: Readonly<Record<string, string>> = {
  owner: 'somebody must answer for the segment',
  objective: 'say what the segment is for',
  success_metric: 'say how anybody will see whether it works',
  review_by: 'say when somebody decides whether it stays',
  purpose: 'say what the data is used for; without a purpose it may not be computed',
  description: 'say in a sentence what it means; it becomes the comment of the column',
}

/** Keys that may stand at a place of the file. */
type KeysAt = (path: readonly PropertyKey[]) => readonly string[]

/** What the validator refused, in words of the file: the pipeline file, unless another one's keys are given. */
export function schemaObservations(
  issues: readonly Issue[],
  value: unknown,
  keysOf: KeysAt = (path) => keysAt(path),
): Observation[] {
  return issues.flatMap((issue) => observe(issue, value, keysOf))
}

function observe(issue: Issue, value: unknown, keysOf: KeysAt): Observation[] {
  const path = filePath(issue.path)
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      severity: 'error',
      code: 'unknown_key',
      message: `unknown key ${key}`,
      hint: didYouMean(key, keysOf(issue.path)) ?? knownKeys(keysOf(issue.path)),
      path: [...path, key],
      atKey: true,
    }))
  const inside = issueInside(issue)
  if (inside !== undefined) return inside.flatMap((each) => observe(each, value, keysOf))
  const name = String(path.at(-1) ?? '')
  if (issue.path.length > 0 && isMissing(value, issue.path))
    return [
      {
        severity: 'error',
        code: 'missing_key',
        message: `${name} is missing`,
        hint: reasons[name] ?? formOf(path),
        path: path.slice(0, -1),
      },
    ]
  return [{ severity: 'error', code: 'invalid_value', ...describe(issue, name, path), path }]
}

/** Of a value that may have several forms: what is wrong inside the one form that it plainly has. */
function issueInside(issue: Issue): readonly Issue[] | undefined {
  if (issue.code !== 'invalid_union') return undefined
  const forms = issue.errors.filter((issues) => issues.every(({ path }) => path.length > 0))
  return forms.length === 1
    ? forms[0]?.map((each) => ({ ...each, path: [...issue.path, ...each.path] }))
    : undefined
}

const knownKeys = (keys: readonly string[]): string | null =>
  keys.length === 0 ? null : `known here: ${keys.join(', ')}`

/** How values are written of which the validator would only say that they are not; by what their path ends with. */
const forms: readonly (readonly [RegExp, string])[] = [
  [
    /map\.type$/,
    'a path whose value is a type, { const: order_completed }, or { field: kind, table: { sale: order_completed } }',
  ],
  [
    /map\.occurred_at(?:\.format)?$/,
    '{ path: booked_at, format: iso }; or format: seconds, milliseconds, microseconds, nanoseconds, yyyymmdd, or a pattern as yyyy-MM-dd HH:mm:ss',
  ],
  [
    /map\.consent\.\w+$/,
    'a path, { const: granted }, or { path: optin, table: { J: granted, N: denied } }',
  ],
  [
    /map\.properties\.\w+$/,
    'a path, { const: 1 }, or { path: amount, type: number, currency: EUR }',
  ],
  [/map\.traits\.\w+$/, 'a path, { const: gold }, or { path: age, type: number }'],
  [/\.limit$/, 'so many, so many in a time, or none: 5, 100 per 30d'],
  [/automatic_block$/, 'so many in a time, or none: 200 per 30d'],
  [
    /currency$/,
    'an ISO 4217 code: EUR; where records have several, map the code to a property of its own and leave this out',
  ],
]

function formOf(path: FilePath): string | null {
  const place = path.join('.')
  return forms.find(([where]) => where.test(place))?.[1] ?? null
}

function describe(
  issue: Issue,
  name: string,
  path: FilePath,
): Pick<Observation, 'message' | 'hint'> {
  const subject = name === '' ? 'the file' : name
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String)
    const given = typeof issue.input === 'string' ? issue.input : ''
    return {
      message: `${subject} must be one of ${values.join(', ')}`,
      hint: given === '' ? null : didYouMean(given, values),
    }
  }
  if (issue.code === 'invalid_type')
    return {
      message: `${subject} must be ${article(issue.expected)}, not ${article(kindOf(issue.input))}`,
      hint: durationKeys.has(name) ? 'a whole number and a unit: 90m, 12h, 30d' : formOf(path),
    }
  if (issue.code === 'invalid_union')
    return { message: `${subject} has none of the forms that it may have`, hint: formOf(path) }
  const form = formOf(path)
  if (issue.code === 'invalid_format' && form !== null)
    return { message: `${subject} is written otherwise`, hint: form }
  return { message: `${subject}: ${issue.message}`, hint: null }
}

const durationKeys: ReadonlySet<string> = new Set([
  'half_life',
  'max_age',
  'min_stay',
  'window',
  'within',
  'link_lifetime',
  'anonymous',
])

const words: Readonly<Record<string, string>> = {
  string: 'a text',
  record: 'a map of keys and values',
  object: 'a map of keys and values',
  array: 'a list',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  null: 'empty',
}

const article = (type: string): string => words[type] ?? type

const kindOf = (value: unknown): string =>
  value === null || value === undefined ? 'null' : Array.isArray(value) ? 'array' : typeof value

function isMissing(value: unknown, path: readonly PropertyKey[]): boolean {
  let here: unknown = value
  for (const part of path) {
    if (typeof here !== 'object' || here === null) return false
    if (!Object.hasOwn(here, part)) return true
    here = Reflect.get(here, part)
  }
  return here === undefined
}
