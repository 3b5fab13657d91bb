import { type ActKind, actKinds } from '../world/acts.ts'
import { features } from './features.ts'

/** Channel and source of what is done, as events tell it. */
export const sources = ['web/segment', 'email/sendgrid', 'crm/till', 'crm/hubspot'] as const
export type Source = (typeof sources)[number]

export function sourceOf(kind: ActKind): Source {
  if (kind.startsWith('mail_')) return 'email/sendgrid'
  if (kind.startsWith('contact_')) return 'crm/hubspot'
  return kind === 'till_order' || kind.startsWith('envelope_') ? 'crm/till' : 'web/segment'
}

export const machineKinds: ReadonlySet<ActKind> = new Set(['mail_machine_open', 'mail_scan'])

/** Segments of one condition each: a feature that reaches what a part of all people reached when somebody wrote the rule. */
export const segments = [
  { name: 'engaged', feature: 'visits_decayed_7d', part: 0.8 },
  { name: 'readers', feature: 'mail_decayed_30d', part: 0.75 },
  { name: 'spenders', feature: 'spending_decayed_90d', part: 0.85 },
] as const

/** How people heard of the shop, as they once said, and how many say so; some say nothing. */
export const heardOf = [
  ['newsletter', 0.16],
  ['search', 0.38],
  ['friends', 0.22],
  ['advertisement', 0.2],
] as const
export const unanswered = heardOf.length
/** Of a day, people who answer anew. */
export const answeredAnew = 0.002
/** Links of a day's deeds, and how many of them merge. */
export const linksPerDeed = 0.4
export const mergesPerLink = 0.03

/** The property that features read, of which kind of deed: named as the service does. */
export const property = { kind: 'product', name: 'price' } as const
export const propertySubject = `${sourceOf(property.kind)} ${property.kind} ${property.name}`

/** Stages of the pipeline that every record goes through. */
export const stages = ['profiles', 'clickhouse'] as const
const lags = stages.map((stage) => `lag:${stage}`)

const measures = (place: string): readonly string[] => [
  ...lags,
  `freshness:${place}`,
  `volume:${place}`,
  `machines:${place}`,
]

/** By subject, what it is computed from, as the service finds it in the pipeline file and in what came lately. */
export function upstreamOf(): ReadonlyMap<string, ReadonlySet<string>> {
  const upstream = new Map<string, ReadonlySet<string>>()
  for (const kind of actKinds)
    upstream.set(`volume:${typeSubject(kind)}`, new Set(measures(sourceOf(kind))))
  for (const place of sources) {
    upstream.set(`freshness:${place}`, new Set(lags))
    upstream.set(`volume:${place}`, new Set([...lags, `freshness:${place}`]))
    upstream.set(`machines:${place}`, new Set([...lags, `freshness:${place}`, `volume:${place}`]))
  }
  upstream.set(`nulls:${propertySubject}`, new Set(measures(sourceOf(property.kind))))
  for (const { name, acts, readsProperty } of features)
    upstream.set(
      `feature:${name}`,
      new Set([
        ...acts.flatMap((kind) => [
          ...measures(sourceOf(kind)),
          `volume:${sourceOf(kind)} ${kind}`,
        ]),
        ...(readsProperty ? [`nulls:${propertySubject}`] : []),
      ]),
    )
  upstream.set('identity:links: merge', new Set(sources.flatMap(measures)))
  upstream.set('trait:heard_of', new Set(measures('crm/hubspot')))
  upstream.set('trait:first_name', new Set(measures('crm/hubspot')))
  for (const { name, feature } of segments) {
    const read = `feature:${feature}`
    const above = new Set([read, ...(upstream.get(read) ?? [])])
    const own = `segment:${name}`
    const flows = [`${own} entered`, `${own} exited`, `${own} stayed`]
    upstream.set(own, above)
    for (const flow of flows) upstream.set(flow, new Set([...above, own]))
    upstream.set(`${own} stayed`, new Set([...above, own, `${own} exited`]))
    upstream.set(`rule:${name} lets nobody in`, new Set([...above, own, ...flows]))
  }
  return upstream
}

/** Volumes of one type of event, under their source. */
export const typeSubject = (kind: ActKind): string => `${sourceOf(kind)} ${kind}`
