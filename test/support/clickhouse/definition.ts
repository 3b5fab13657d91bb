import type { CompiledFeature, CompiledTrait, FeatureKind } from '#runtime/definition/compiled.ts'
import type { FeatureId } from '#runtime/event/ids.ts'

/** A feature of which only the column matters. */
export const feature = (
  name: string,
  kind: FeatureKind,
  rest: Partial<CompiledFeature> = {},
): CompiledFeature => ({
  id: `${name}@test` as FeatureId,
  name,
  kind,
  purpose: 'analytics',
  description: `The feature ${name}`,
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
})
