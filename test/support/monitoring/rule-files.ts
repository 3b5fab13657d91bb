import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { checkout } from '../../world/demo/directory.ts'

export const monitoring = join(checkout, 'infra/monitoring')

const texts = z.record(z.string(), z.string()).default({})
const alertSchema = z.object({
  alert: z.string(),
  expr: z.string(),
  for: z.string().optional(),
  keep_firing_for: z.string().optional(),
  labels: texts,
  annotations: texts,
})
const recordSchema = z.object({ record: z.string(), expr: z.string() })
const fileSchema = z.object({
  groups: z.array(z.object({ name: z.string(), rules: z.array(alertSchema.or(recordSchema)) })),
})
export type AlertRule = z.infer<typeof alertSchema>
export type RecordRule = z.infer<typeof recordSchema>

/** Names of the files of rules, in their folder. */
export const ruleFiles = (): readonly string[] =>
  readdirSync(join(monitoring, 'rules')).filter((name) => name.endsWith('.rules.yml'))

/** Files that promtool tests them by. */
export const ruleTests = (): readonly string[] =>
  readdirSync(join(monitoring, 'rules')).filter((name) => name.endsWith('.test.yml'))

export function readRules(): {
  readonly alerts: readonly AlertRule[]
  readonly records: readonly RecordRule[]
} {
  const rules = ruleFiles()
    .map((name) => fileSchema.parse(parse(readFileSync(join(monitoring, 'rules', name), 'utf8'))))
    .flatMap(({ groups }) => groups.flatMap((group) => group.rules))
  return {
    alerts: rules.flatMap((rule) => ('alert' in rule ? [rule] : [])),
    records: rules.flatMap((rule) => ('record' in rule ? [rule] : [])),
  }
}
