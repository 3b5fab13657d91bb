import type { CompiledDefinition } from '../../definition/compiled.ts'
import { forwardedNames, forwardedProperties } from '../../definition/forwarded-properties.ts'
import type { DefinitionVersion } from '../../event/ids.ts'
import type { Channel } from '../../event/vocabulary.ts'
import type { Pseudonymiser } from '../../pseudonym/pseudonym.ts'
import { createKnown } from '../../recent/known.ts'
import { createEngine, type Engine } from '../core/engine.ts'
import { createForwarder } from '../core/forward.ts'
import type { ChannelLimits } from '../core/limits.ts'
import type { Tally } from '../core/outcome.ts'
import { createRouter, type Sealing, type Suppressed } from '../core/route.ts'
import { detectVendor } from '../core/detect.ts'
import {
  asVendor,
  type ConfiguredSource,
  channelSources,
  plainSource,
  readsTopic,
} from '../core/settings.ts'
import type { Vendor } from '../core/source.ts'
import { nameInFile } from './channel-topology.ts'
import { createNormaliser, identifierTypes } from './create-normaliser.ts'

/** One definition as a channel applies it. */
export interface ChannelRules {
  readonly version: DefinitionVersion
  readonly engine: Engine
  /**
   * The source that reads a record of a topic of the company: the one that its header names (a source of the file, or a vendor), else the
   * topic's. undefined: the file names none for the topic, or none that is called so.
   */
  sourceOf(topic: string, named?: string): ConfiguredSource | undefined
  /** The source of a decoded record, where only its shape can tell; undefined: nobody's shape. */
  detected(source: ConfiguredSource, record: unknown): ConfiguredSource | undefined
  /** The source of rows that `tributary import` wrote. */
  readonly importSource: ConfiguredSource
  /** Topics of the company that the file names for this channel. */
  readonly topics: readonly (string | RegExp)[]
}

export interface RulesDeps {
  readonly channel: Channel
  readonly vendors: readonly Vendor[]
  readonly limits: ChannelLimits
  readonly pseudonymiser: Pseudonymiser
  /** Partitions of `profile.log`. */
  readonly partitions: number
  readonly suppressed: Suppressed
  /** Left out: what the file keeps sealed stays behind. */
  readonly sealing?: Sealing
  /** Of this installation's topics; the pipeline file's names are without it. */
  readonly prefix: string
  readonly tally: Tally
}

/** Topics whose source is known. Those that a channel reads are few; one that the header of a replay names may be any text. */
export const topicsMax = 1000

export function createRules(compiled: CompiledDefinition, deps: RulesDeps): ChannelRules {
  const { definition } = compiled
  const sources = channelSources(definition, deps.channel)
  const byTopic = createKnown<{ readonly source: ConfiguredSource | undefined }>(topicsMax)
  const forwarded = forwardedProperties(definition)
  const normaliser = createNormaliser({
    vendors: deps.vendors,
    definition,
    limits: deps.limits,
    tally: deps.tally,
    propertiesRead: forwardedNames(forwarded),
  })
  const router = createRouter({
    pseudonymiser: deps.pseudonymiser,
    types: identifierTypes(definition),
    partitions: deps.partitions,
    suppressed: deps.suppressed,
    sealing: deps.sealing,
    tally: deps.tally,
    forwarder: createForwarder(
      forwarded,
      new Map(compiled.traits.map(({ name, type }) => [name, type])),
    ),
  })

  const sourceOfTopic = (topic: string): ConfiguredSource | undefined => {
    let known = byTopic.get(topic)
    if (known === undefined) {
      const name = nameInFile(topic, deps.prefix)
      known = { source: sources.find((source) => readsTopic(source, name)) }
      byTopic.set(topic, known)
    }
    return known.source
  }
  const asVendors = new Map<string, ConfiguredSource>()
  const derived = (source: ConfiguredSource, vendor: string): ConfiguredSource | undefined => {
    if (!deps.vendors.some(({ name }) => name === vendor)) return undefined
    const key = `${source.settings.name}/${vendor}`
    const made = asVendors.get(key) ?? asVendor(source, vendor)
    asVendors.set(key, made)
    return made
  }
  return {
    version: compiled.version,
    engine: createEngine(normaliser, router, compiled.machines),
    topics: sources.flatMap(({ topics }) => topics),
    importSource: {
      settings: plainSource(deps.channel, 'import'),
      format: 'json',
      csv: { delimiter: ',', columns: null },
      topics: [],
    },
    sourceOf(topic, named) {
      const ofTopic = sourceOfTopic(topic)
      if (ofTopic === undefined || named === undefined || named === ofTopic.settings.name)
        return ofTopic
      return sources.find(({ settings }) => settings.name === named) ?? derived(ofTopic, named)
    },
    detected(source, record) {
      if (source.settings.vendor !== 'detect') return source
      const vendor = detectVendor(record, deps.vendors)
      return vendor === undefined ? undefined : derived(source, vendor.name)
    },
  }
}
