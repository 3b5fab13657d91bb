import { createMetrics } from '#runtime/telemetry/index.ts'
import { declaredMetrics } from '../metrics/declared.ts'
import { readsOf } from './promql.ts'
import { readRules } from './rule-files.ts'

/** What Prometheus puts on each series of a target, and services on each of theirs. */
const ofTargets = ['job', 'instance', 'service'] as const

/** Every series that a rule or a panel may read, with its labels: of services, of their processes, of Prometheus itself, and recorded ones. */
export async function knownSeries(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const known = new Map<string, ReadonlySet<string>>([
    ['up', new Set(ofTargets)],
    ['ALERTS', new Set(['alertname', 'alertstate', 'severity', 'owner', ...ofTargets])],
  ])
  for (const { kind, labels, name } of declaredMetrics()) {
    const all = new Set([...labels, ...ofTargets])
    if (kind !== 'histogram') known.set(name, all)
    else
      for (const part of ['_bucket', '_sum', '_count'])
        known.set(`${name}${part}`, part === '_bucket' ? new Set([...all, 'le']) : all)
  }
  const ofProcess = await createMetrics('any', { process: true }).text()
  for (const [, name = ''] of ofProcess.matchAll(/^# TYPE (\S+) /gm))
    known.set(name, new Set(ofTargets))
  for (const { expr, record } of readRules().records) known.set(record, labelsOf(expr, known))
  return known
}

const aggregation = /^(?:sum|max|min|avg|count)(?: by (\([^)]*\)))? ?\(/

/** Labels that the series of an expression have: those that it is added up by, else all of what it reads. */
export function labelsOf(
  expr: string,
  known: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlySet<string> {
  const [added, by = ''] = aggregation.exec(expr) ?? []
  if (added !== undefined) return new Set(by.match(/\w+/g))
  return new Set(readsOf(expr).metrics.flatMap(({ name }) => [...(known.get(name) ?? [])]))
}

/** What an expression reads that nobody writes. */
export function unknownIn(
  expr: string,
  known: ReadonlyMap<string, ReadonlySet<string>>,
): readonly string[] {
  const { grouped, metrics } = readsOf(expr)
  const labels = new Set(metrics.flatMap(({ name }) => [...(known.get(name) ?? [])]))
  return [
    ...metrics.filter(({ name }) => !known.has(name)).map(({ name }) => name),
    ...metrics.flatMap(({ labels: matched, name }) =>
      matched
        .filter((label) => known.has(name) && known.get(name)?.has(label) === false)
        .map((label) => `${name}{${label}}`),
    ),
    ...grouped.filter((label) => !labels.has(label)).map((label) => `by (${label})`),
  ]
}
