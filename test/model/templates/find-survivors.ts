import { compileDefinition } from '#runtime/definition/compile.ts'
import { parsePipeline } from '#runtime/definition/parse-pipeline.ts'
import { definitionVersion } from '#runtime/event/ids.ts'
import { parseExamples } from '../../../services/cli/examples/parse-examples.ts'
import { runExamples } from '../../../services/cli/examples/run-examples.ts'
import { mutateRules } from './mutate-rules.ts'

export interface Hunt {
  readonly mutants: number
  /** What no example notices. */
  readonly survivors: readonly string[]
}

/** Runs the examples against every mutant of the pipeline file's rules, those that speak of its segment first. */
export function findSurvivors(pipeline: string, examples: string): Hunt {
  const { definition } = parsePipeline(pipeline)
  const { file } = parseExamples(examples)
  if (definition === null || file === null) throw new Error('a file has mistakes')
  const survivors: string[] = []
  let mutants = 0
  for (const mutant of mutateRules(definition)) {
    mutants += 1
    const compiled = compileDefinition(mutant.definition, definitionVersion(1))
    const speaks = (test: object): boolean => JSON.stringify(test).includes(`"${mutant.segment}"`)
    const isFound = file.tests
      .toSorted((a, b) => Number(speaks(b)) - Number(speaks(a)))
      .some((test) =>
        runExamples({ ...file, tests: [test] }, compiled).some(
          ({ failures }) => failures.length > 0,
        ),
      )
    if (!isFound) survivors.push(`${mutant.segment}: ${mutant.what}`)
  }
  return { mutants, survivors }
}
