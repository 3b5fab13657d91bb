import type { DefinitionVersion } from '../event/ids.ts'
import type { CompiledDefinition, CompiledFeature, CompiledTrait, ExpireRule } from './compiled.ts'
import { compileFeatures } from './features.ts'
import { identityPolicy, linkMemoryMs } from './identity-policy.ts'
import { compileMachines } from './machines-schema.ts'
import { ruleNames } from './rules/names.ts'
import {
  anonymousTypes,
  type PipelineDefinition,
  type TraitDefinition,
  vendorsByChannel,
} from './schema.ts'
import { durationMs } from './schema-parts.ts'
import { compileSegment } from './segments.ts'
import { sourceName } from './source-name.ts'
import { traitBytes } from './state-bounds.ts'

const day = 86_400_000

/**
 * Longer than `profile.log` keeps its records (14 days) and than vendors redeliver (SendGrid 24 h, Segment 4 h of retries, mobile
 * clients a week offline): whatever may come twice, comes within.
 */
const idMemoryMs = 35 * day

/** Compiles a definition that `parsePipeline` accepted. The same text compiles to the same meaning everywhere. */
export function compileDefinition(
  definition: PipelineDefinition,
  version: DefinitionVersion,
): CompiledDefinition {
  const features = compileFeatures(definition.features, definition.time_zone)
  const traits = definition.traits.map(compileTrait)
  const names = ruleNames(definition)
  return {
    version,
    definition,
    features,
    featuresByEventType: byEventType(definition, features),
    featureByName: new Map(features.map((feature) => [feature.name, feature])),
    traits,
    traitByName: new Map(traits.map((trait) => [trait.name, trait])),
    traitBytesMax: traitBytes(definition.sources.length),
    segments: definition.segments
      .map((segment) => compileSegment(segment, names))
      .toSorted((a, b) => a.priority - b.priority || (a.name < b.name ? -1 : 1)),
    sourcePriority: sourcePriority(definition),
    purposes: Object.keys(definition.purposes),
    machines: compileMachines(definition.machines),
    expire: compileExpire(definition.expire),
    linkMemoryMs: linkMemoryMs(identityPolicy(definition.identity)),
    idMemoryMs,
  }
}

const compileExpire = ({ anonymous, types }: PipelineDefinition['expire']): ExpireRule | null =>
  anonymous === undefined
    ? null
    : { anonymousMs: durationMs(anonymous), types: new Set(types ?? anonymousTypes) }

const compileTrait = (trait: TraitDefinition): CompiledTrait => ({
  name: trait.name,
  type: trait.type,
  purpose: trait.purpose,
  maxAgeMs: trait.max_age === undefined ? null : durationMs(trait.max_age),
  allowThirdParty: trait.third_party,
  keep: trait.keep ?? null,
})

function byEventType(
  definition: PipelineDefinition,
  features: readonly CompiledFeature[],
): ReadonlyMap<string, readonly CompiledFeature[]> {
  const byType = new Map<string, CompiledFeature[]>()
  for (const [index, { events }] of definition.features.entries()) {
    const feature = features[index]
    if (feature === undefined) continue
    for (const type of new Set(events)) {
      const list = byType.get(type)
      if (list === undefined) byType.set(type, [feature])
      else list.push(feature)
    }
  }
  return byType
}

/**
 * By order of the file. An import speaks for the source that its map names; where each record's own shape tells whose it is, every vendor
 * of the channel has that place which has none of its own above.
 */
function sourcePriority(definition: PipelineDefinition): ReadonlyMap<string, number> {
  const priority = new Map<string, number>()
  let rank = 0
  for (const source of definition.sources) {
    const vendors = source.source === 'detect' ? vendorsByChannel[source.channel] : []
    const names = [sourceName(source), ...vendors].filter((name) => !priority.has(name))
    if (names.length === 0) continue
    for (const name of names) {
      priority.set(name, rank)
      priority.set(`import:${name}`, rank)
    }
    rank += 1
  }
  return priority
}
