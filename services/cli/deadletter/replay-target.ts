import {
  channelSources,
  type ConfiguredSource,
  readsTopic,
} from '#runtime/channel/core/settings.ts'
import { nameInFile } from '#runtime/channel/shell/channel-topology.ts'
import type { PipelineDefinition } from '#runtime/definition/schema.ts'
import { type Channel, channels } from '#runtime/event/vocabulary.ts'
import type { Letter } from './letter.ts'

/** Where a record of a topic is sent again. */
export interface ReplayTarget {
  readonly channel: Channel
  /** The topic that decides its source, as the pipeline file names it; null: the record's own headers say. */
  readonly sourceTopic: string | null
}

/** Why a letter cannot be sent again. */
export type Unreplayable =
  | 'no_source'
  | 'internal_message'
  | 'no_bytes'
  | 'empty_record'
  | 'cannot_be_opened'
  | 'too_large'
  | 'too_many_attempts'

export type TargetOf = (letter: Pick<Letter, 'topic' | 'source'>) => ReplayTarget | Unreplayable

const ours = /^channel\.(?<channel>\w+)\.(?<role>import|replay)$/

/** By the sources of the deployed pipeline file; a topic that two channels read belongs to the one that has the letter's source. */
export function createTargets(definition: PipelineDefinition, prefix: string): TargetOf {
  const all = channels.map((channel) => ({
    channel,
    sources: channelSources(definition, channel),
  }))
  return ({ topic, source }) => {
    const name = nameInFile(topic, prefix)
    const { channel: named, role } = ours.exec(name)?.groups ?? {}
    const own = channels.find((channel) => channel === named)
    if (own !== undefined) return { channel: own, sourceTopic: role === 'import' ? name : null }
    if (/^profile\.log(?:\.\d+)?$/.test(name)) return 'internal_message'
    const reading = all.flatMap(({ channel, sources }) => {
      const found = sources.filter((one) => readsTopic(one, name))
      return found.length === 0 ? [] : [{ channel, found }]
    })
    const best =
      reading.find(({ found }) => found.some((one) => isNamed(one, source))) ?? reading[0]
    return best === undefined ? 'no_source' : { channel: best.channel, sourceTopic: name }
  }
}

const isNamed = ({ settings }: ConfiguredSource, source: string | null): boolean =>
  settings.name === source
