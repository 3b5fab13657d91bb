import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { readLedger } from '../ledger-file.ts'
import type { LedgerEntry } from '../ledger.ts'
import { type Expected, expectedFeature, newestRead } from '../oracle/features.ts'
import { isGiven, type StatedPipeline } from '../oracle/pipeline-file.ts'
import { createTruth, type IdentityFigures } from '../oracle/truth.ts'
import { storedFeature } from './stored-feature.ts'

export interface Mismatch {
  readonly profileId: string
  readonly feature: string
  readonly stored: Expected
  readonly expected: Expected
}

export interface Comparison {
  /** Events that should be in `events` and are not. */
  readonly missing: number
  /** Events that are there more than once, or should not be there. */
  readonly double: number
  readonly mismatches: readonly Mismatch[]
  readonly identity: IdentityFigures
  readonly profilesChecked: number
}

export interface CompareOptions {
  readonly clickhouse: ClickHouse
  readonly ledgerFile: string
  readonly pipeline: StatedPipeline
  readonly fragmentId: (type: string, value: string) => string
}

const key = (source: string, id: string): string => `${source}\0${id}`

/** An id that is made of somebody's address is stored as a pseudonym. */
const storedId = (id: string, fragmentId: CompareOptions['fragmentId']): string =>
  id.includes('@') ? fragmentId('event_id', id) : id

/** Holds what ClickHouse has against the world's own ledger. */
export async function compareWithTruth({
  clickhouse,
  ledgerFile,
  pipeline,
  fragmentId,
}: CompareOptions): Promise<Comparison> {
  const truth = createTruth()
  const expectedEvents = new Set<string>()
  const eventsOf = new Map<string, LedgerEntry[]>()
  const profileOf = await readAssignments(clickhouse)
  for await (const entry of readLedger(ledgerFile)) {
    truth.add(entry)
    if (entry.fate !== 'applied' && entry.fate !== 'unattributed') continue
    expectedEvents.add(key(entry.source, storedId(entry.id, fragmentId)))
    if (entry.fate === 'unattributed') continue
    const profile = profileOf.get(fragmentOf(entry, pipeline, fragmentId)) ?? 'nowhere'
    const list = eventsOf.get(profile)
    if (list === undefined) eventsOf.set(profile, [entry])
    else list.push(entry)
  }
  const counted = await countEvents(clickhouse, expectedEvents)
  const rows = await clickhouse.query<Record<string, unknown> & { readonly profile_id: string }>(
    'SELECT * FROM profiles FINAL',
  )
  const rowOf = new Map(rows.map((row) => [row.profile_id, row]))
  const mismatches: Mismatch[] = []
  for (const profileId of new Set([...eventsOf.keys(), ...rowOf.keys()])) {
    mismatches.push(
      ...compareProfile(profileId, eventsOf.get(profileId) ?? [], rowOf.get(profileId), pipeline),
    )
  }
  return {
    ...counted,
    mismatches,
    profilesChecked: rowOf.size,
    identity: truth.compare((type, value) => profileOf.get(fragmentId(type, value))),
  }
}

async function readAssignments(clickhouse: ClickHouse): Promise<ReadonlyMap<string, string>> {
  const rows = await clickhouse.query<{
    readonly fragment_id: string
    readonly profile_id: string
  }>('SELECT fragment_id, profile_id FROM profile_identifiers FINAL WHERE deleted = 0')
  return new Map(rows.map((row) => [row.fragment_id, row.profile_id]))
}

/** The event's highest-priority identifier; of equal types, the one with the smaller pseudonym. */
function fragmentOf(
  entry: LedgerEntry,
  pipeline: StatedPipeline,
  fragmentId: CompareOptions['fragmentId'],
): string {
  const ranked = entry.identifiers
    .map(([type, value]) => ({
      rank: pipeline.priority.indexOf(type),
      id: fragmentId(type, value),
    }))
    .toSorted((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1))
  return ranked[0]?.id ?? ''
}

async function countEvents(
  clickhouse: ClickHouse,
  expected: ReadonlySet<string>,
): Promise<{ readonly missing: number; readonly double: number }> {
  const rows = await clickhouse.query<{
    readonly source: string
    readonly event_id: string
    readonly times: string
  }>('SELECT source, event_id, count() AS times FROM events FINAL GROUP BY source, event_id')
  let found = 0
  let double = 0
  for (const row of rows) {
    if (expected.has(key(row.source, row.event_id))) {
      found += 1
      double += Number(row.times) - 1
    } else double += Number(row.times)
  }
  return { missing: expected.size - found, double }
}

function compareProfile(
  profileId: string,
  entries: readonly LedgerEntry[],
  row: Record<string, unknown> | undefined,
  pipeline: StatedPipeline,
): Mismatch[] {
  if (row === undefined)
    return [{ profileId, feature: '(row)', stored: null, expected: entries.length }]
  return pipeline.features.flatMap((feature) => {
    const purposes = [feature, ...readBy(feature, pipeline)].map(({ purpose }) => purpose)
    const expected = purposes.every((purpose) => isGiven(purpose, entries, pipeline))
      ? expectedFeature(feature, entries, pipeline.features)
      : null
    const stored = storedFeature(row, feature, newestRead(feature, entries, pipeline.features))
    return agree(stored, expected) ? [] : [{ profileId, feature: feature.name, stored, expected }]
  })
}

/** The features that a derived one is read off: what is withheld of one says nothing of the other. */
const readBy = (
  { derivedOf }: StatedPipeline['features'][number],
  { features }: StatedPipeline,
): StatedPipeline['features'] =>
  features.filter(({ name }) => Object.values(derivedOf).includes(name))

const isRanked = (value: Expected): value is Extract<Expected, readonly unknown[]> =>
  Array.isArray(value)

const relativeTolerance = 1e-9

function agree(stored: Expected, expected: Expected): boolean {
  if (typeof stored === 'number' && typeof expected === 'number') return close(stored, expected)
  if (isRanked(stored) && isRanked(expected)) {
    const weights = new Map(expected)
    return (
      stored.length === expected.length &&
      stored.every(([name, weight]) => close(weight, weights.get(name) ?? Number.NaN))
    )
  }
  return stored === expected
}

const close = (a: number, b: number): boolean =>
  Math.abs(a - b) <= relativeTolerance * Math.max(1, Math.abs(a), Math.abs(b))
