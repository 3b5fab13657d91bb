import { didYouMean } from '../../spelling/did-you-mean.ts'
import type { FilePath } from '../findings.ts'
import { channels } from '../../event/vocabulary.ts'
import { type PipelineDefinition, type SourceDefinition, vendorsByChannel } from '../schema.ts'
import { sourceName } from '../source-name.ts'
import { checkPattern } from './check-identity.ts'
import { checkMapPaths } from './map-paths.ts'
import { checkMapTypes } from './map-types.ts'
import type { Report } from './report.ts'

/** Vendors speak of one channel only. */
const vendorChannel: ReadonlyMap<string, SourceDefinition['channel']> = new Map(
  channels.flatMap((channel) => vendorsByChannel[channel].map((vendor) => [vendor, channel])),
)

/** Vendors that write neither JSON nor Avro but text of their own. */
const textVendors: ReadonlySet<string> = new Set(['snowplow', 'mandrill', 'detect'])
/** Sources whose records have no shape of their own, so that the file's map says what they mean. */
const mappedSources: ReadonlySet<string> = new Set(['mapped', 'debezium'])

export function checkSources(definition: PipelineDefinition, report: Report): void {
  const places = new Map<string, number>()
  const topicReaders = new Map<string, number>()
  for (const [index, source] of definition.sources.entries()) {
    const path = ['sources', index]
    checkShape(source, path, report)
    for (const [at, topic] of source.topics.entries()) {
      checkPattern(topic, [...path, 'topics', at], report)
      checkTopic(topic, index, topicReaders, [...path, 'topics', at], report)
    }
    if (source.map !== undefined) checkMap(source.map, definition, [...path, 'map'], report)
    const place = `${source.channel} ${sourceName(source)}`
    const earlier = places.get(place)
    if (earlier === undefined) places.set(place, index)
    else
      report.error(
        'duplicate_name',
        path,
        `channel ${source.channel} has a source ${sourceName(source)} already (sources[${earlier}])`,
        { hint: 'give it a name of its own' },
      )
  }
}

/** A record says nothing of where it comes from but its topic: the first source would read the other's records too. */
function checkTopic(
  topic: string,
  index: number,
  readers: Map<string, number>,
  path: FilePath,
  report: Report,
): void {
  const earlier = readers.get(topic)
  if (earlier === undefined) readers.set(topic, index)
  else
    report.error('source_shape', path, `sources[${earlier}] reads topic ${topic} already`, {
      hint: 'give each source a topic of its own',
    })
}

function checkShape(source: SourceDefinition, path: FilePath, report: Report): void {
  if (source.source === 'mapped' && source.map === undefined)
    report.error('source_shape', path, 'a mapped source needs a map')
  if (source.source === 'mapped' && source.map !== undefined && !source.map.occurred_at)
    report.error('source_shape', [...path, 'map'], 'the map does not say when events occurred', {
      hint: 'add occurred_at: {path, format}',
    })
  if (
    source.source === 'mapped' &&
    source.name === undefined &&
    source.map !== undefined &&
    source.map.source === undefined
  )
    report.error('source_shape', [...path, 'map'], 'the map does not name its source', {
      hint: 'add source: <name>, the scope of its event ids',
    })
  if (!mappedSources.has(source.source) && source.map !== undefined)
    report.error('source_shape', [...path, 'map'], `${source.source} brings its own map`, {
      atKey: true,
    })
  if (source.format === 'csv' && source.source !== 'mapped')
    report.error('source_shape', [...path, 'format'], `${source.source} does not speak CSV`)
  if (source.format === 'text' && !textVendors.has(source.source))
    report.error('source_shape', [...path, 'format'], `${source.source} does not write text`)
  const channel = vendorChannel.get(source.source)
  if (channel !== undefined && channel !== source.channel)
    report.error(
      'source_shape',
      [...path, 'channel'],
      `${source.source} belongs to channel ${channel}`,
    )
}

function checkMap(
  map: NonNullable<SourceDefinition['map']>,
  definition: PipelineDefinition,
  path: FilePath,
  report: Report,
): void {
  checkMapPaths(map, path, report)
  const { priority } = definition.identity
  for (const [index, { type }] of map.identifiers.entries())
    if (!priority.includes(type))
      report.error(
        'unknown_identifier_type',
        [...path, 'identifiers', index, 'type'],
        `${type} has no place in the priority list`,
        { hint: didYouMean(type, priority) ?? 'add it to identity.priority' },
      )
  checkMapTypes(map, path, report)
}
