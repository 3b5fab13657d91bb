import type { z } from 'zod'
import { checkDefinition } from './checks/check-definition.ts'
import type { FilePath, Observation } from './findings.ts'
import { pipelineSchema } from './schema.ts'

type Issue = z.core.$ZodIssue

/** Stands in for what is missing or malformed, so that everything else can still be checked. Never deployed, never shown. */
const placeholders: Readonly<Record<string, unknown>> = {
  owner: 'nobody',
  objective: 'none',
  description: 'none',
  review_by: '2999-01-01',
  success_metric: { event: 'page_viewed', aggregation: 'count', window: '1d', direction: 'up' },
  event: 'page_viewed',
  aggregation: 'count',
  direction: 'up',
  enter: 'true',
  events: ['page_viewed'],
  half_life: '1d',
  window: '1d',
  topics: ['none'],
  kind: 'count',
  type: 'string',
  purpose: 'none',
  channel: 'web',
  format: 'json',
  source: 'tributary',
}

/**
 * What the rules across fields find in a file whose shape is wrong somewhere: malformed parts are replaced or dropped, and nothing is
 * said about them twice. So one run shows all mistakes, not the first kind of them.
 */
export function checkDespite(issues: readonly Issue[], content: unknown): readonly Observation[] {
  const mended: unknown = structuredClone(content)
  for (const issue of issues) mend(mended, issue)
  const checked = pipelineSchema.safeParse(mended)
  if (!checked.success) return []
  const paths = issues.flatMap(malformedPaths)
  return checkDefinition(checked.data).filter((observation) => !follows(observation, paths))
}

function malformedPaths(issue: Issue): readonly FilePath[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)))
  return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path]
}

function mend(content: unknown, issue: Issue): void {
  const keys = issue.code === 'unrecognized_keys' ? issue.keys : issue.path.slice(-1)
  const parent = issue.code === 'unrecognized_keys' ? issue.path : issue.path.slice(0, -1)
  let here: unknown = content
  for (const part of parent) here = isObject(here) ? Reflect.get(here, part) : undefined
  if (!isObject(here)) return
  for (const key of keys)
    if (issue.code !== 'unrecognized_keys' && Object.hasOwn(placeholders, key))
      Reflect.set(here, key, placeholders[String(key)])
    else Reflect.deleteProperty(here, key)
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** Whether an observation is about a malformed place, or about the shape of a thing that holds one. */
function follows(observation: Observation, malformed: readonly FilePath[]): boolean {
  return malformed.some(
    (path) =>
      startsWith(observation.path, path) ||
      (shapeCodes.has(observation.code) && startsWith(path, observation.path.slice(0, 2))),
  )
}

const shapeCodes: ReadonlySet<Observation['code']> = new Set([
  'duplicate_name',
  'feature_shape',
  'source_shape',
  'metric_shape',
  'money_without_currency',
])

const startsWith = (path: FilePath, prefix: FilePath): boolean =>
  prefix.every((part, index) => path[index] === part)
