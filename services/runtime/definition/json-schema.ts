import { z } from 'zod'
import { pipelineSchema } from './schema.ts'

/** The pipeline file's JSON Schema, for editors: generated from its one validator. */
export function pipelineJsonSchema(): Record<string, unknown> {
  return {
    title: 'Tributary pipeline file',
    ...z.toJSONSchema(pipelineSchema, { io: 'input', unrepresentable: 'any' }),
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Keys that may stand at a place of the pipeline file, or of another file with a JSON Schema. */
export function keysAt(
  path: readonly PropertyKey[],
  schema: unknown = pipelineJsonSchema(),
): readonly string[] {
  let here = schema
  for (const part of path) here = step(here, part)
  return isRecord(here) && isRecord(here['properties']) ? Object.keys(here['properties']) : []
}

function step(schema: unknown, part: PropertyKey): unknown {
  if (!isRecord(schema)) return undefined
  if (typeof part === 'number') return schema['items']
  const { properties, additionalProperties } = schema
  if (isRecord(properties) && Object.hasOwn(properties, part)) return properties[String(part)]
  return additionalProperties
}
