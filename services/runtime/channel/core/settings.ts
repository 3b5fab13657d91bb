import { patternOf } from '../../definition/identity-policy.ts'
import type { PipelineDefinition, SourceDefinition } from '../../definition/schema.ts'
import { sourceName } from '../../definition/source-name.ts'
import type { Channel } from '../../event/vocabulary.ts'
import { isPhoneRegion } from './identifiers/phone.ts'
import { compileMap } from './map/compile-map.ts'
import type { SourceSettings } from './source.ts'

export type SourceFormat = 'avro' | 'json' | 'csv' | 'text' | 'detect'

/** A source, and which records are its. */
export interface ConfiguredSource {
  readonly settings: SourceSettings
  readonly format: SourceFormat
  /** Columns of a CSV record; null: its first line names them. */
  readonly csv: { readonly delimiter: string; readonly columns: readonly string[] | null }
  readonly topics: readonly (string | RegExp)[]
}

export function sourceSettings(source: SourceDefinition): SourceSettings {
  const region = source.phone_region
  return {
    channel: source.channel,
    name: sourceName(source),
    vendor: source.source,
    timeZone: source.time_zone,
    region: region !== undefined && isPhoneRegion(region) ? region : null,
    contentIds: source.event_ids.content_hash,
    consentPurposes: source.consent_purposes,
    basis: Object.keys(source.basis),
    party: source.party,
    traitKind: source.trait_kind,
    map: source.map === undefined ? null : compileMap(source.map, source.time_zone),
  }
}

/** What a source is when no file speaks of it: `normalise` without a pipeline file, and our own import topic. */
export function plainSource(channel: Channel, vendor: string, name = vendor): SourceSettings {
  return {
    channel,
    name,
    vendor,
    timeZone: 'UTC',
    region: null,
    contentIds: true,
    consentPurposes: {},
    basis: [],
    party: 'first',
    traitKind: 'observed',
    map: null,
  }
}

/** The sources of one channel, in the order of the file: the first whose topics match a record's topic reads it. */
export function channelSources(
  definition: PipelineDefinition,
  channel: Channel,
): readonly ConfiguredSource[] {
  return definition.sources
    .filter((source) => source.channel === channel)
    .map((source) => ({
      settings: sourceSettings(source),
      format: source.source === 'detect' ? ('detect' as const) : source.format,
      csv: { delimiter: source.map?.delimiter ?? ',', columns: source.map?.columns ?? null },
      topics: source.topics.map((topic) => patternOf(topic) ?? topic),
    }))
}

/** Whether a record of `topic` belongs to the source. */
export const readsTopic = (source: ConfiguredSource, topic: string): boolean =>
  source.topics.some((name) => (typeof name === 'string' ? name === topic : name.test(topic)))

/** The source of a record that names a vendor itself, or shows it: what the file says of its topic, under the vendor's name. */
export const asVendor = (source: ConfiguredSource, vendor: string): ConfiguredSource => ({
  ...source,
  settings: { ...source.settings, vendor, name: vendor, map: null },
})
