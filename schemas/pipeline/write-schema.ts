// Writes pipeline.schema.json anew: node schemas/pipeline/write-schema.ts
import { writeFileSync } from 'node:fs'
import { schemaFile, schemaText } from './pipeline-schema.ts'

writeFileSync(schemaFile, schemaText())
