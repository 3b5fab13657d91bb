import type { CompiledDefinition } from '../../definition/compiled.ts'
import { forwardedProperties } from '../../definition/forwarded-properties.ts'
import type { DefinitionVersion } from '../../event/ids.ts'
import type { Channel } from '../../event/vocabulary.ts'
import type { Pseudonymiser } from '../../pseudonym/pseudonym.ts'
import { createEngine, type Engine } from '../core/engine.ts'
import { createForwarder } from '../core/forward.ts'
import type { ChannelLimits } from '../core/limits.ts'
import type { Tally } from '../core/outcome.ts'
import { createRouter, type Suppressed } from '../core/route.ts'
import { type ConfiguredSource, channelSources, plainSource, readsTopic } from '../core/settings.ts'
import type { Vendor } from '../core/source.ts'
import { nameInFile } from './channel-topology.ts'
import { createNormaliser, identifierTypes } from './create-normaliser.ts'

/** One definition as a channel applies it. */
export interface ChannelRules {
  readonly version: DefinitionVersion
  readonly engine: Engine
  /** The source that reads a topic of the company; undefined: the file names none. */
  sourceOf(topic: string): ConfiguredSource | undefined
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
  /** Of this installation's topics; the pipeline file's names are without it. */
  readonly prefix: string
  readonly tally: Tally
}

export function createRules(compiled: CompiledDefinition, deps: RulesDeps): ChannelRules {
  const { definition } = compiled
  const sources = channelSources(definition, deps.channel)
  const byTopic = new Map<string, ConfiguredSource | undefined>()
  const normaliser = createNormaliser({
    vendors: deps.vendors,
    definition,
    limits: deps.limits,
    tally: deps.tally,
  })
  const router = createRouter({
    pseudonymiser: deps.pseudonymiser,
    types: identifierTypes(definition),
    partitions: deps.partitions,
    suppressed: deps.suppressed,
    forwarder: createForwarder(
      forwardedProperties(definition),
      new Map(compiled.traits.map(({ name, type }) => [name, type])),
    ),
  })
  return {
    version: compiled.version,
    engine: createEngine(normaliser, router),
    topics: sources.flatMap(({ topics }) => topics),
    importSource: {
      settings: plainSource(deps.channel, 'import'),
      format: 'json',
      csv: { delimiter: ',', columns: null },
      topics: [],
    },
    sourceOf(topic) {
      if (!byTopic.has(topic))
        byTopic.set(
          topic,
          sources.find((source) => readsTopic(source, nameInFile(topic, deps.prefix))),
        )
      return byTopic.get(topic)
    },
  }
}
