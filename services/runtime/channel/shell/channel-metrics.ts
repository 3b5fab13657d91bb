import { detached } from '../../recent/detached.ts'
import { type Metrics, secondsBuckets } from '../../telemetry/index.ts'
import { namesAPerson } from '../core/names-a-person.ts'
import type { ChannelMetrics } from './metrics.ts'

/** Adds up in memory and hands on once a batch: a counter with labels costs as much as routing an event. */
function createTally<Name extends string>(
  add: (labels: Record<Name, string>, count: number) => void,
) {
  const counts = new Map<string, { readonly labels: Record<Name, string>; count: number }>()
  return {
    add,
    count(key: string, labels: () => Record<Name, string>): void {
      const known = counts.get(key)
      if (known) known.count += 1
      else counts.set(key, { labels: labels(), count: 1 })
    },
    flush(): void {
      for (const { labels, count } of counts.values()) add(labels, count)
      counts.clear()
    },
  }
}

/** Counts by two names, without putting them together for each event. */
function createPairs<Name extends string>(
  add: (labels: Record<Name, string>, count: number) => void,
  labelsOf: (outer: string, inner: string) => Record<Name, string>,
) {
  const counts = new Map<string, Map<string, number>>()
  return {
    count(outer: string, inner: string): void {
      let inside = counts.get(outer)
      if (inside === undefined) counts.set(outer, (inside = new Map<string, number>()))
      inside.set(inner, (inside.get(inner) ?? 0) + 1)
    },
    flush(): void {
      for (const [outer, inside] of counts)
        for (const [inner, count] of inside) add(labelsOf(outer, inner), count)
      counts.clear()
    },
  }
}

/** Names of fields are strangers' to choose; a metric may not grow with them. */
const fieldLabelsMax = 200
/** Why a machine made an event: ours are some ten, but our own envelope may give any. */
const machineLabelsMax = 30

/** The first so many names by themselves, the rest together as `other`; a name that holds somebody's address, too. */
function createLabels(max: number): (name: string) => string {
  const shown = new Set<string>()
  return (name) => {
    const label = name.slice(0, 64)
    if (shown.has(label)) return label
    if (shown.size >= max || namesAPerson(name)) return 'other'
    const kept = detached(label)
    shown.add(kept)
    return kept
  }
}

const shownType = (type: string): string => (type.startsWith('custom:') ? 'custom' : type)

/** The figures of a channel, as Prometheus reads them. */
export function createChannelMetrics(metrics: Metrics): ChannelMetrics {
  const counter = <Name extends string>(name: string, help: string, labels: readonly Name[]) => {
    const metric = metrics.counter({ name, help, labels })
    return createTally<Name>((values, count) => metric.add(values, count))
  }
  const records = counter('channel_records_total', 'Raw records read', ['source'])
  const events = counter('channel_events_total', 'Events sent to their homes', [
    'source',
    'type',
    'machine',
    'attributed',
  ])
  const letters = counter(
    'channel_dead_letters_total',
    'Records and events that could not be used',
    ['source', 'stage', 'reason'],
  )
  const drops = counter('channel_dropped_total', 'Events left out on purpose', ['source', 'reason'])
  const unknown = counter('channel_unknown_types_total', 'Events of a type that is in no table', [
    'source',
  ])
  const sensitive = counter(
    'channel_sensitive_fields_total',
    'Sensitive fields that were dropped',
    ['source', 'field'],
  )
  const personal = counter(
    'channel_personal_values_total',
    'Values left behind because they name a person and the pipeline file does not keep them',
    ['source', 'field'],
  )
  const fieldLabel = createLabels(fieldLabelsMax)
  const machineLabel = createLabels(machineLabelsMax)
  const waiting = metrics.gauge({
    name: 'channel_partition_waiting',
    help: '1: the partition waits',
    labels: ['topic', 'partition', 'why'],
  })
  const seconds = metrics.histogram({
    name: 'channel_batch_seconds',
    help: 'From the first record of a batch to its commit',
    labels: [],
    buckets: secondsBuckets,
  })
  const batchRecords = metrics.counter({
    name: 'channel_batch_records_total',
    help: 'Records of committed batches',
    labels: [],
  })
  const dataKeys = metrics.counter({
    name: 'channel_data_keys_made_total',
    help: 'Data keys made for fragments that had none at hand',
    labels: [],
  })
  /** Events of people with a fragment, which nearly all are. */
  const ofPeople = createPairs(events.add, (source, type) => ({
    source,
    type: shownType(type),
    machine: 'no',
    attributed: 'true',
  }))
  const tallies = [records, events, ofPeople, letters, drops, unknown, sensitive, personal]

  return {
    record: (source) => records.count(source, () => ({ source })),
    routed(source, type, machine, attributed) {
      if (machine === null && attributed) {
        ofPeople.count(source, type)
        return
      }
      const reason = machine === null ? 'no' : machineLabel(machine)
      events.count(`${source}/${type}/${reason}/${attributed}`, () => ({
        source,
        type: shownType(type),
        machine: reason,
        attributed: String(attributed),
      }))
    },
    deadLetter: (source, stage, reason) =>
      letters.count(`${source}/${stage}/${reason}`, () => ({ source, stage, reason })),
    dropped: (source, reason) => drops.count(`${source}/${reason}`, () => ({ source, reason })),
    unknownType: (source) => unknown.count(source, () => ({ source })),
    sensitiveField(source, field) {
      const label = fieldLabel(field)
      sensitive.count(`${source}/${label}`, () => ({ source, field: label }))
    },
    personalValue: (source, field) =>
      personal.count(`${source}/${field}`, () => ({ source, field })),
    waiting(topic, partition, why, waits) {
      const labels = { topic, partition, why }
      if (waits) waiting.set(labels, 1)
      else waiting.remove(labels)
    },
    dataKeyMade: () => dataKeys.add({}, 1),
    batch(count, took) {
      for (const tally of tallies) tally.flush()
      batchRecords.add({}, count)
      seconds.observe({}, took)
    },
  }
}
