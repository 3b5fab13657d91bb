import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type {
  CompiledDefinition,
  CompiledFeature,
  CompiledTrait,
  FeatureKind,
} from '#runtime/definition/compiled.ts'
import { isDerived, shapeOfKind } from '#runtime/definition/feature-kinds.ts'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { definitionVersion, type FeatureId } from '#runtime/event/ids.ts'

/** A feature of which only the column matters. */
export const feature = (
  name: string,
  kind: FeatureKind,
  rest: Partial<CompiledFeature> = {},
): CompiledFeature => ({
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a brand
  id: `${name}@test` as FeatureId,
  name,
  kind,
  shape: isDerived(kind) ? 'plain' : shapeOfKind(kind, rest.halfLifeMs !== undefined),
  purpose: 'analytics',
  description: `The feature ${name}`,
  unit: null,
  window: null,
  derivation: null,
  halfLifeMs: kind.startsWith('decayed') ? 86_400_000 : null,
  k: kind === 'decayed_topk' ? 3 : null,
  currency: null,
  maxAgeMs: null,
  accepts: () => false,
  value: () => null,
  key: () => null,
  ...rest,
})

export const trait = (name: string, type: CompiledTrait['type'] = 'string'): CompiledTrait => ({
  name,
  type,
  purpose: 'analytics',
  maxAgeMs: null,
  allowThirdParty: false,
  keep: null,
})

/** The pipeline file that ships with the project. */
export function shippedDefinition(): CompiledDefinition {
  const file = fileURLToPath(new URL('../../../infra/pipeline.yaml', import.meta.url))
  return loadDefinition(readFileSync(file, 'utf8'), definitionVersion(0))
}
