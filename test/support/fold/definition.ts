import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { compileDefinition } from '#runtime/definition/compile.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { pipelineSchema } from '#runtime/definition/schema.ts'
import { definitionVersion } from '#runtime/event/ids.ts'

const usual = ['user_id', 'email', 'anonymous_id']

const head = (priority: readonly string[], purposes: readonly string[]): string => `
time_zone: UTC
purposes: { ${purposes.map((name) => `${name}: Words`).join(', ')} }
sources: [{ channel: web, topics: [channel.web], format: json, source: tributary }]
identity:
  priority: [${priority.join(', ')}]
  types: { user_id: { unique: true } }
  cap: 1000
`

/** The text of a small pipeline file. */
export const definitionText = (
  body: string,
  priority: readonly string[] = usual,
  purposes: readonly string[] = ['service'],
): string => head(priority, purposes) + body

/** A segment as an entry of a body's list. `rules`: further keys, a line each, indented by four. */
export const segmentEntry = (name: string, rules: string): string => `
  - name: ${name}
    description: d
    owner: a@b.example
    objective: o
    success_metric: { event: page_viewed, aggregation: count, window: 7d, direction: up }
    review_by: 2030-01-01
    purpose: service
    ${rules}`

/** One feature, which counts page views, and one segment of those who have as many of them. */
export const keenOfViews = (views: number): string => `
features:
  - { name: views, description: Views, kind: count, events: [page_viewed], purpose: service }
segments:
  - name: keen
    description: Keen
    owner: a@b.example
    objective: None
    success_metric: { event: page_viewed, aggregation: count, window: 7d, direction: up }
    review_by: 2030-01-01
    enter: views >= ${views}
    priority: 1
    purpose: service
`

/** A small definition for tests: `body` holds `features`, `segments` and `traits` as the pipeline file does. */
export const testDefinition = (
  version: number,
  body: string,
  priority: readonly string[] = usual,
  purposes: readonly string[] = ['service'],
): CompiledDefinition =>
  compileDefinition(
    pipelineSchema.parse(parse(definitionText(body, priority, purposes))),
    definitionVersion(version),
  )

/** The definition that the project ships. */
export const shippedDefinition = (version: number): CompiledDefinition =>
  compileDefinition(
    pipelineSchema.parse(
      parse(readFileSync(new URL('../../../infra/pipeline.yaml', import.meta.url), 'utf8'), {
        merge: true,
      }),
    ),
    definitionVersion(version),
  )
