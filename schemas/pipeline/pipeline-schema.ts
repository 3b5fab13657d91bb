import { pipelineJsonSchema } from '#runtime/definition/json-schema.ts'

export const schemaFile = new URL('./pipeline.schema.json', import.meta.url)

/** What stands in `pipeline.schema.json`: editors check and complete a pipeline file by it. */
export const schemaText = (): string => `${JSON.stringify(pipelineJsonSchema(), null, 2)}\n`
