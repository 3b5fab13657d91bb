import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { schemaFile, schemaText } from './pipeline-schema.ts'

it('is what the validator says today (else: node schemas/pipeline/write-schema.ts)', () => {
  expect(readFileSync(schemaFile, 'utf8')).toBe(schemaText())
})
