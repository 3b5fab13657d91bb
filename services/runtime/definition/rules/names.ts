import { Environment } from '@marcbachmann/cel-js'
import { celLimits, withSharedFunctions } from '../cel/compile-cel.ts'
import { celDuration as duration, celTime as time, celTypeOf } from './cel-types.ts'
import { namedFeatures } from '../named-features.ts'
import { reservedNames } from './reserved-names.ts'
import type { NamedFeature } from './readings.ts'
import type { PipelineDefinition } from '../schema.ts'

/** What a rule may name, and the type check that knows it. */
export interface RuleNames {
  readonly features: ReadonlyMap<string, NamedFeature>
  readonly traits: ReadonlyMap<string, 'string' | 'number' | 'boolean'>
  readonly environment: Environment
}

const traitTypes = { string: 'string', number: 'double', boolean: 'bool' } as const

export function ruleNames(definition: Pick<PipelineDefinition, 'features' | 'traits'>): RuleNames {
  const environment = withSharedFunctions(
    new Environment({ homogeneousAggregateLiterals: false, limits: celLimits }),
  )
  for (const unit of ['days', 'hours', 'minutes'])
    environment.registerFunction(`${unit}(int): ${duration}`, () => 0)
  environment.registerFunction(`age(${time}): ${duration}`, () => 0)
  environment.registerFunction('top(list<string>): string', () => '')
  environment.registerVariable('now', time)
  const features = namedFeatures(definition.features)
  const traits = new Map(definition.traits.map(({ name, type }) => [name, type]))
  const fields: Record<string, string> = {}
  for (const [name, { kind }] of features) {
    fields[name] = celTypeOf(kind)
    if (!reservedNames.has(name)) environment.registerVariable(name, celTypeOf(kind))
  }
  environment.registerVariable('features', { schema: fields })
  environment.registerVariable('traits', {
    schema: Object.fromEntries([...traits].map(([name, type]) => [name, traitTypes[type]])),
  })
  return { features, traits, environment }
}
