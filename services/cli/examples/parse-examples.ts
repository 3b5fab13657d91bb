import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { didYouMean } from '#runtime/spelling/did-you-mean.ts'
import type { FilePath, Finding, Observation } from '#runtime/definition/findings.ts'
import { identityPolicy } from '#runtime/definition/identity-policy.ts'
import { keysAt } from '#runtime/definition/json-schema.ts'
import type { Locate } from '#runtime/definition/locate.ts'
import { inFileOrder } from '#runtime/definition/parse-pipeline.ts'
import { readYaml } from '#runtime/definition/read-yaml.ts'
import { schemaObservations } from '#runtime/definition/schema-observations.ts'
import { channels, eventTypes, isEventType } from '#runtime/event/vocabulary.ts'
import { type ExampleFile, exampleJsonSchema, exampleSchema } from './example-schema.ts'

export interface ParsedExamples {
  /** null when there is any finding. */
  readonly file: ExampleFile | null
  readonly findings: readonly Finding[]
  readonly locate: Locate
}

/** Reads a file of examples. Never throws for what stands in it: every mistake is a finding with its place. */
export function parseExamples(text: string): ParsedExamples {
  const read = readYaml(text)
  const { locate } = read
  const refused = (findings: readonly Finding[]): ParsedExamples => ({
    file: null,
    findings: findings.toSorted(inFileOrder),
    locate,
  })
  if (!read.ok) return refused(read.findings)
  const content = read.content ?? {}
  const checked = exampleSchema.safeParse(content, { reportInput: true })
  if (checked.success) return { file: checked.data, findings: [], locate }
  const schema = exampleJsonSchema()
  return refused(
    schemaObservations(checked.error.issues, content, (path) => keysAt(path, schema)).map(locate),
  )
}

const allTypes: readonly string[] = channels.flatMap((channel) => eventTypes[channel])

/** Names that the pipeline file does not have. */
export function checkNames(
  { tests }: ExampleFile,
  compiled: CompiledDefinition,
): readonly Observation[] {
  const identifiers = [...identityPolicy(compiled.definition.identity).types.keys()]
  const features = [...compiled.featureByName.keys()]
  const traits = [...compiled.traitByName.keys()]
  const segments = compiled.segments.map(({ name }) => name)
  const { purposes } = compiled
  const found: Observation[] = []
  const check = (what: string, known: readonly string[], name: string, path: FilePath): void => {
    if (known.includes(name)) return
    found.push({
      severity: 'error',
      code: 'invalid_value',
      message: `the pipeline file has no ${what} ${name}`,
      hint: didYouMean(name, known),
      path,
      ...(path.at(-1) === name && { atKey: true as const }),
    })
  }
  const checkKeys = (
    what: string,
    known: readonly string[],
    map: object | undefined,
    path: FilePath,
  ): void => {
    for (const name of Object.keys(map ?? {})) check(what, known, name, [...path, name])
  }
  for (const [index, test] of tests.entries()) {
    const at = ['tests', index]
    checkKeys('identifier type', identifiers, test.who, [...at, 'who'])
    for (const [place, event] of test.events.entries()) {
      const here = [...at, 'events', place]
      checkKeys('identifier type', identifiers, event.identifiers, [...here, 'identifiers'])
      if (!isEventType(event.type))
        found.push({
          severity: 'error',
          code: 'unknown_event_type',
          message: `${event.type} is no event type`,
          hint: didYouMean(event.type, allTypes) ?? 'a type of your own is custom:<name>',
          path: [...here, 'type'],
        })
      if (event.identifiers === undefined && test.who === undefined)
        found.push({
          severity: 'error',
          code: 'missing_key',
          message: 'nobody is named: neither here nor as who of the test',
          hint: 'who: { user_id: ada }',
          path: here,
        })
    }
    for (const [place, expected] of test.expect.entries()) {
      const here = [...at, 'expect', place]
      checkKeys('identifier type', identifiers, expected.who, [...here, 'who'])
      checkKeys('feature', features, expected.features, [...here, 'features'])
      checkKeys('trait', traits, expected.traits, [...here, 'traits'])
      checkKeys('segment', segments, expected.next_change, [...here, 'next_change'])
      if (Array.isArray(expected.segments))
        for (const [number, name] of expected.segments.entries())
          check('segment', segments, name, [...here, 'segments', number])
      else checkKeys('segment', segments, expected.segments, [...here, 'segments'])
    }
    for (const [place, { segment }] of (test.transitions ?? []).entries())
      check('segment', segments, segment, [...at, 'transitions', place, 'segment'])
    for (const [place, { consent }] of test.events.entries())
      for (const name of Object.keys(consent ?? {}))
        if (!isCategory(name, compiled))
          check('purpose', purposes, name, [...at, 'events', place, 'consent', name])
  }
  return found
}

/** A source's own word for a purpose. */
const isCategory = (name: string, { definition }: CompiledDefinition): boolean =>
  definition.sources.some(({ consent_purposes }) => Object.hasOwn(consent_purposes, name))
