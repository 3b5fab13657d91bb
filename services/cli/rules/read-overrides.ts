import { type ClickHouse, quoteName } from '#runtime/clickhouse/index.ts'
import type { CompiledDefinition, CompiledSegment } from '#runtime/definition/compiled.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { overriddenMax, secondsMax } from './bounded.ts'
import type { ShownColumn } from './columns.ts'
import type { Override, Overrides } from './facts.ts'
import { cannotRead, givenPurposes, readerOf, type ShownRow } from './row-reader.ts'

/**
 * Whom earlier segments of a group take from later ones: asks the rules themselves about stored profiles, since nobody writes down who lost. Memberships
 * that only last (an exit that has not held yet, a minimum stay) are not seen.
 */
export async function readOverrides(
  clickhouse: Pick<ClickHouse, 'stream'>,
  shown: readonly ShownColumn[],
  definition: CompiledDefinition,
  population: number,
): Promise<Overrides> {
  const groups = groupsOf(definition)
  const columns = new Map(shown.map((column) => [column.name, column]))
  const untold = new Map<string, string>()
  for (const segment of groups.flat()) {
    const reason = cannotRead(segment, columns, definition)
    if (reason !== null) untold.set(segment.name, reason)
  }
  const told = groups.map((group) => group.filter(({ name }) => !untold.has(name)))
  const names = new Set(
    told
      .flat()
      .flatMap(({ readsFeatures, readsTraits }) => [
        ...readsFeatures,
        ...readsTraits.map((name) => `traits.${name}`),
      ]),
  )
  const counts = new Map<string, Override>()
  let sample = 0
  if (told.some((group) => group.length > 1)) {
    const part = Math.min(1000, Math.ceil((1000 * overriddenMax) / Math.max(1, population)))
    const selected = [
      'consent',
      'as_of',
      ...[...names].flatMap((name) => columns.get(name)?.column ?? []),
    ]
    const rows = clickhouse.stream<ShownRow>(
      `SELECT ${[...new Set(selected)].map((name) => quoteName(name)).join(', ')} FROM profiles_now
       WHERE cityHash64(profile_id) % 1000 < {part:UInt32} SETTINGS max_execution_time = ${secondsMax}`,
      { part },
    )
    for await (const row of rows) {
      sample += 1
      const at = epochMs(Date.parse(String(row['as_of'])))
      const reader = readerOf(row, columns, definition, at)
      const given = givenPurposes(row)
      for (const group of told) {
        const wants = group.filter(
          ({ enter, exit, purpose }) =>
            given.has(purpose) &&
            enter.evaluate(reader, at).verdict === true &&
            exit?.evaluate(reader, at).verdict !== true,
        )
        const [winner, ...losers] = wants
        for (const loser of losers) add(counts, winner?.name ?? '', loser.name)
      }
    }
  }
  return { sample, population, overrides: [...counts.values()], untold }
}

function add(counts: Map<string, Override>, winner: string, loser: string): void {
  const key = `${winner}\n${loser}`
  const touched = (counts.get(key)?.touched ?? 0) + 1
  counts.set(key, { winner, loser, touched })
}

/** In order of priority; of those that stand alone there is nothing to override. */
function groupsOf({ segments }: CompiledDefinition): readonly (readonly CompiledSegment[])[] {
  const groups = new Map<string, CompiledSegment[]>()
  for (const segment of segments) {
    if (segment.group === null) continue
    const group = groups.get(segment.group)
    if (group === undefined) groups.set(segment.group, [segment])
    else group.push(segment)
  }
  return [...groups.values()].filter((group) => group.length > 1)
}
