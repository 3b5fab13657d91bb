import { Environment } from '@marcbachmann/cel-js'
import { celLimits, withSharedFunctions } from '../cel/compile-cel.ts'
import type { FeatureKind } from '../feature-kinds.ts'
import { namedFeatures } from '../named-features.ts'
import type { NamedFeature } from './readings.ts'
import type { PipelineDefinition } from '../schema.ts'

/** What a rule may name, and the type check that knows it. */
export interface RuleNames {
  readonly features: ReadonlyMap<string, NamedFeature>
  readonly traits: ReadonlyMap<string, 'string' | 'number' | 'boolean'>
  readonly environment: Environment
}

const time = 'google.protobuf.Timestamp'
const duration = 'google.protobuf.Duration'

const featureTypes: Readonly<Record<FeatureKind, string>> = {
  decayed_count: 'double',
  decayed_sum: 'double',
  decayed_mean: 'double',
  decayed_topk: 'list<string>',
  count: 'double',
  sum: 'double',
  min: 'double',
  max: 'double',
  first: 'dyn',
  last: 'dyn',
  last_seen: time,
  distinct: 'double',
  window_count: 'double',
  window_sum: 'double',
  interval: 'double',
  rate: 'double',
  ratio: 'double',
  expression: 'double',
  affinity: 'list<string>',
  rfm: 'string',
}

const traitTypes = { string: 'string', number: 'double', boolean: 'bool' } as const

/** Names that a feature may not take, since a rule already means something by them. */
export const reservedNames: ReadonlySet<string> = new Set([
  'features',
  'traits',
  'now',
  'age',
  'days',
  'hours',
  'minutes',
  'has',
  'size',
  'top',
  'type',
  'int',
  'uint',
  'double',
  'string',
  'bytes',
  'bool',
  'list',
  'map',
  'dyn',
  'duration',
  'timestamp',
  'cel',
  'google',
  'true',
  'false',
  'null',
  'in',
  'as',
  'break',
  'const',
  'continue',
  'else',
  'for',
  'function',
  'if',
  'import',
  'let',
  'loop',
  'package',
  'namespace',
  'return',
  'var',
  'void',
  'while',
  'hax',
])

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
    fields[name] = featureTypes[kind]
    if (!reservedNames.has(name)) environment.registerVariable(name, featureTypes[kind])
  }
  environment.registerVariable('features', { schema: fields })
  environment.registerVariable('traits', {
    schema: Object.fromEntries([...traits].map(([name, type]) => [name, traitTypes[type]])),
  })
  return { features, traits, environment }
}
