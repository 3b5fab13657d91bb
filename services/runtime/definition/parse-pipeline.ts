import { checkDefinition } from './checks/check-definition.ts'
import { checkNew } from './checks/check-new.ts'
import { createReport } from './checks/report.ts'
import type { Finding, Observation } from './findings.ts'
import { hasErrors } from './findings.ts'
import type { Locate } from './locate.ts'
import { readYaml } from './read-yaml.ts'
import type { PipelineDefinition } from './schema.ts'
import { checkDespite } from './check-despite.ts'
import { pipelineSchema } from './schema.ts'
import { schemaObservations } from './schema-observations.ts'

export interface ParsedPipeline {
  /** null when any finding is an error. */
  readonly definition: PipelineDefinition | null
  readonly findings: readonly Finding[]
  /** Gives further observations (lint's, say) their lines. */
  readonly locate: Locate
}

/** Reads, validates and checks a pipeline file. Never throws for what stands in it: every mistake is a finding with its place. */
export function parsePipeline(text: string): ParsedPipeline {
  const read = readYaml(text)
  const { locate } = read
  if (!read.ok) return { definition: null, findings: read.findings, locate }
  const { content } = read
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

/** As `parsePipeline`, of a file that is to be put in force over `inForce`: also what only a new file is refused for. */
export function parseNewPipeline(
  text: string,
  inForce: PipelineDefinition | null = null,
): ParsedPipeline {
  const parsed = parsePipeline(text)
  if (parsed.definition === null) return parsed
  const observations: Observation[] = []
  checkNew(parsed.definition, inForce, createReport(observations))
  const findings = [...parsed.findings, ...observations.map((each) => parsed.locate(each))]
  return {
    ...parsed,
    definition: hasErrors(findings) ? null : parsed.definition,
    findings: findings.toSorted(inFileOrder),
  }
}

export const inFileOrder = (a: Finding, b: Finding): number =>
  a.line - b.line || a.column - b.column
