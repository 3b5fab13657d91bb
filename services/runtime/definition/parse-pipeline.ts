import { LineCounter, parseDocument } from 'yaml'
import { checkDefinition } from './checks/check-definition.ts'
import type { Finding } from './findings.ts'
import { hasErrors } from './findings.ts'
import { createLocator, type Locate } from './locate.ts'
import type { PipelineDefinition } from './schema.ts'
import { checkDespite } from './check-despite.ts'
import { pipelineSchema } from './schema.ts'
import { schemaObservations } from './schema-observations.ts'

/** A pipeline file is written by hand; it also has to fit one Kafka record. */
export const fileBytesMax = 512 * 1024
/** Nodes that one alias may stand for, all its uses together: YAML's own bombs end here. */
const aliasCountMax = 200

export interface ParsedPipeline {
  /** null when any finding is an error. */
  readonly definition: PipelineDefinition | null
  readonly findings: readonly Finding[]
  /** Gives further observations (lint's, say) their lines. */
  readonly locate: Locate
}

/** Reads, validates and checks a pipeline file. Never throws for what stands in it: every mistake is a finding with its place. */
export function parsePipeline(text: string): ParsedPipeline {
  if (Buffer.byteLength(text) > fileBytesMax)
    return refused(
      `the file has ${Buffer.byteLength(text)} bytes, more than ${fileBytesMax}`,
      'file_too_large',
    )
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const locate = createLocator(document, lines, text)
  if (document.errors.length > 0) {
    const findings = document.errors.map((error): Finding => {
      const { line, col } = lines.linePos(error.pos[0])
      const message = error.code === 'DUPLICATE_KEY' ? 'a key stands here twice' : error.message
      return {
        severity: 'error',
        code: 'yaml_syntax',
        message,
        path: '',
        line,
        column: col,
        hint: null,
      }
    })
    return { definition: null, findings, locate }
  }
  let content: unknown
  try {
    content = document.toJS({ maxAliasCount: aliasCountMax })
  } catch (error) {
    if (error instanceof ReferenceError) return refused(error.message, 'yaml_alias')
    throw error
  }
  const checked = pipelineSchema.safeParse(content ?? {}, { reportInput: true })
  const observations = checked.success
    ? checkDefinition(checked.data)
    : [
        ...schemaObservations(checked.error.issues, content ?? {}),
        ...checkDespite(checked.error.issues, content),
      ]
  const findings = observations.map((each) => locate(each)).toSorted(inFileOrder)
  return {
    definition: checked.success && !hasErrors(findings) ? checked.data : null,
    findings,
    locate,
  }
}

export const inFileOrder = (a: Finding, b: Finding): number =>
  a.line - b.line || a.column - b.column

function refused(message: string, code: 'file_too_large' | 'yaml_alias'): ParsedPipeline {
  const finding: Finding = {
    severity: 'error',
    code,
    message,
    path: '',
    line: 1,
    column: 1,
    hint: null,
  }
  return { definition: null, findings: [finding], locate: () => finding }
}
