import type { IdentifierScreen } from '#runtime/channel/core/identifiers/screen.ts'
import type { CountryCode } from '#runtime/channel/core/identifiers/phone.ts'
import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import type { Pseudonymiser } from '#runtime/pseudonym/pseudonym.ts'
import type { Who } from '../profile/parse-who.ts'
import type { Entity } from './read-entities.ts'

export interface NamesOf {
  readonly pseudonymiser: Pseudonymiser
  readonly screen: Pick<IdentifierScreen, 'normalise'>
  readonly region: CountryCode | null
}

export interface StagedEntities {
  readonly rows: number
  readonly earliest: Date | null
  /** Some are profile ids: whose they were born as is looked up. */
  readonly byProfile: boolean
}

const rowsPerInsert = 20_000
const nobody = '00000000-0000-0000-0000-000000000000'

/** Writes who was asked for, under pseudonyms: what the file has in clear is in memory alone. */
export async function stageEntities(
  clickhouse: ClickHouse,
  table: string,
  entities: AsyncIterable<Entity>,
  names: NamesOf,
): Promise<StagedEntities> {
  let lines: string[] = []
  let rows = 0
  let earliest: Date | null = null
  let byProfile = false
  const flush = async (): Promise<void> => {
    if (lines.length === 0) return
    await clickhouse.insertLines(
      table,
      'JSONEachRow',
      ['row', 'at', 'fragment_id', 'asked'],
      Buffer.from(lines.join('')),
    )
    lines = []
  }
  for await (const { at, row, who } of entities) {
    rows = row
    if (earliest === null || at < earliest) earliest = at
    byProfile ||= who.kind === 'profile'
    const asked = who.kind === 'profile' ? who.profileId : nobody
    lines.push(
      `${JSON.stringify({ row, at: at.toISOString(), fragment_id: fragmentOf(who, names), asked })}\n`,
    )
    if (lines.length === rowsPerInsert) await flush()
  }
  await flush()
  return { rows, earliest, byProfile }
}

/** Empty: a profile id, or a value that is nobody's (a junk rule, say). */
function fragmentOf(who: Who, { pseudonymiser, region, screen }: NamesOf): string {
  if (who.kind === 'profile') return ''
  if (who.kind === 'fragment') return who.fragmentId
  const { blocked, value } = screen.normalise(who.type, who.value, region)
  return blocked === null ? pseudonymiser.fragmentId(who.type, value) : ''
}
