/* oxlint-disable typescript/no-unsafe-type-assertion -- values as the fold wrote them, or as they were sent */
import type { EventRow, ProfileIdentifierRow, ProfileRow } from '#schemas/clickhouse/rows.ts'
import { halfLifeMs, ms, type Name, purposes, type Raw } from './lives.ts'

/** What a row of an export must be, by joins of raw rows in memory and by what the words of the features mean. Shares nothing with the command. */
export interface NaiveJoin {
  known_then(name: Name, at: number): Expected
  now(name: Name, at: number): Expected
}

export interface Expected {
  readonly profile_id: string | null
  readonly updated_at: string | null
  readonly views: number | null
  readonly heat: number | null
  readonly pages: readonly (readonly [string, number])[]
  readonly spent: number | null
  readonly f_segments: string | null
  readonly city: string | null
  readonly segments: readonly string[]
}
export const nobody: Expected = {
  profile_id: null,
  updated_at: null,
  views: null,
  heat: null,
  pages: [],
  spent: null,
  f_segments: null,
  city: null,
  segments: [],
}
const byVersion = (a: { readonly version: string }, b: { readonly version: string }): number =>
  Number(BigInt(a.version) - BigInt(b.version))
const last = <T extends { readonly version: string }>(rows: readonly T[]): T | undefined =>
  rows.toSorted(byVersion).at(-1)
const parsed = (text: string | undefined) =>
  JSON.parse(text ?? '{}') as { path?: string; city?: string }

export function createNaiveJoin(raw: Raw): NaiveJoin {
  const identifierNow = (fragment: string): ProfileIdentifierRow | undefined => {
    const row = last(raw.identifiers.filter((one) => one.fragment_id === fragment))
    return row?.deleted === 1 ? undefined : row
  }
  const profileNow = (id: string): ProfileRow | undefined => {
    const row = last(raw.profiles.filter((one) => one.profile_id === id))
    return row?.deleted === 1 ? undefined : row
  }
  const givenBy = (fragment: string): ReadonlySet<string> => {
    const { consent = {} } = profileNow(identifierNow(fragment)?.profile_id ?? '') ?? {}
    return new Set(purposes.filter((name) => ['given', 'basis'].includes(consent[name] ?? '')))
  }
  const endedAt = (fragment: string): number =>
    Math.max(
      0,
      ...raw.identifiers
        .filter((row) => row.fragment_id === fragment && row.deleted === 1)
        .map(({ assigned_at: at }) => ms(at)),
    )

  function joinThen({ fragment }: Name, at: number): Expected {
    const identifier = last(
      raw.identifiers.filter((row) => row.fragment_id === fragment && ms(row.assigned_at) <= at),
    )
    if (identifier === undefined || identifier.deleted === 1) return nobody
    const { profile_id: id } = identifier
    const newest = last(
      raw.profiles.filter((row) => row.profile_id === id && ms(row.updated_at) <= at),
    )
    const row = newest?.deleted === 1 ? undefined : newest
    const since = ms(row?.updated_at ?? identifier.assigned_at)
    const members = [...new Set([...(row?.members ?? []), fragment])]
    if (members.some((one) => identifierNow(one) === undefined || endedAt(one) >= since - 60_000))
      return nobody
    const known = { ...nobody, profile_id: id }
    if (row === undefined) return known
    const given = (purpose: string): boolean => members.every((one) => givenBy(one).has(purpose))
    const fadeOf = (refTime: unknown): number =>
      typeof refTime === 'string' ? 2 ** -((at - ms(refTime)) / halfLifeMs) : 1
    const fade = fadeOf(row['f_heat_ref_time'])
    const fadePages = fadeOf(row['f_pages_ref_time'])
    const number = (name: string): number | null => (row[name] === null ? null : Number(row[name]))
    const heat = number('f_heat')
    const inThem = new Map<string, string>()
    for (const one of raw.transitions.toSorted((a, b) => byVersion(a, b) || a.seq - b.seq))
      if (one.profile_id === id && ms(one.at) <= at) inThem.set(one.segment, one.to)
    const analytics = given('analytics')
    const service = given('service')
    return {
      ...known,
      updated_at: row.updated_at,
      views: service ? number('f_views') : null,
      heat: analytics && heat !== null ? heat * fade : null,
      pages: service
        ? (row['f_pages'] as [string, number][]).map(
            ([page, weight]) => [page, weight * fadePages] as const,
          )
        : [],
      spent: analytics ? number('f_spent') : null,
      f_segments: service ? ((row['f_segments'] ?? null) as string | null) : null,
      city: analytics ? ((row['t_city'] ?? null) as string | null) : null,
      segments: ['keen', 'warm'].filter(
        (name) => inThem.get(name) === 'entered' && service && (name === 'keen' || analytics),
      ),
    }
  }

  /** Straight from the events, by what the words of the features mean. */
  function joinNow({ fragment }: Name, at: number): Expected {
    const id = identifierNow(fragment)?.profile_id
    if (id === undefined) return nobody
    const members = new Set(
      raw.identifiers
        .map((row) => row.fragment_id)
        .filter((one) => identifierNow(one)?.profile_id === id),
    )
    const events = raw.events
      .filter((event) => {
        const ended = raw.identifiers.filter(
          (row) => row.fragment_id === event.fragment_id && row.deleted === 1,
        )
        return (
          members.has(event.fragment_id) &&
          ms(event.received_at) <= at &&
          ms(event.occurred_at) <= at &&
          ended.every((row) => byVersion(event, row) > 0)
        )
      })
      .toSorted((a, b) => ms(a.occurred_at) - ms(b.occurred_at))
    const known = { ...nobody, profile_id: id }
    if (events.length === 0) return known
    const answers = events.filter(({ consent }) => consent['analytics'] !== 'basis')
    const isGivenThen = answers.at(-1)?.consent['analytics'] !== 'denied'
    const analytics = isGivenThen && givenBy(fragment).has('analytics')
    const viewed = events.filter(({ type }) => type === 'page_viewed')
    const weight = ({ occurred_at: then }: EventRow): number => 2 ** -((at - ms(then)) / halfLifeMs)
    const heat = viewed.reduce((sum, event) => sum + weight(event), 0)
    const pages = new Map<string, number>()
    for (const event of viewed) {
      const { path: page } = JSON.parse(event.properties) as { path: string }
      pages.set(page, (pages.get(page) ?? 0) + weight(event))
    }
    const bought = events.length - viewed.length
    return {
      ...known,
      updated_at:
        events
          .map((event) => event.received_at)
          .toSorted()
          .at(-1) ?? null,
      views: viewed.length === 0 ? null : viewed.length,
      heat: analytics && viewed.length > 0 ? heat : null,
      pages: [...pages].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)),
      spent: analytics && bought > 0 ? Math.round(bought * 110) / 100 : null,
      f_segments: parsed(viewed.at(-1)?.properties).path ?? null,
      city: analytics
        ? (parsed(events.findLast(({ traits }) => traits !== '{}')?.traits).city ?? null)
        : null,
      segments: ['keen', 'warm'].filter((name) =>
        name === 'keen' ? viewed.length >= 3 : analytics && heat > 1.5,
      ),
    }
  }

  return { known_then: joinThen, now: joinNow }
}
