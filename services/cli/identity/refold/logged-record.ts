import {
  type DefinitionVersion,
  definitionVersion,
  type EpochMs,
  epochMs,
  type EventKey,
  type FragmentId,
} from '#runtime/event/ids.ts'
import type { CommandRecord, LinkRecord } from '#runtime/log/links.ts'

/** A link or command of the decision log, as `identity_links` keeps it. */
export interface LoggedRecord {
  readonly offset: number
  /** `command:<id>` for a command, as its evidence is called. */
  readonly linkId: string
  /** What became of it. */
  readonly fate: string
  /** The linker's clock and policy when it came to it. */
  readonly clock: EpochMs
  readonly policy: DefinitionVersion | null
  readonly record: LinkRecord | CommandRecord
}

/** A row of `identity_links`, as ClickHouse answers. */
export interface LinkLogRow {
  readonly offset: string
  readonly link_id: string
  readonly kind: string
  readonly fate: string
  readonly at: string
  readonly clock: string
  readonly policy: string | null
  readonly identifiers: readonly string[]
  readonly blocked: readonly string[]
  readonly event_id: string
  readonly event_key: string
  readonly source: string
  readonly event_type: string
  readonly occurred_at: string
  readonly received_at: string
  readonly reason: string
}

const actions = ['merge', 'split', 'unsplit', 'erase', 'reconsider'] as const
const actionOf = (kind: string): CommandRecord['action'] | undefined =>
  actions.find((action) => action === kind)

const timeOf = (iso: string): EpochMs => epochMs(Date.parse(iso))
const operator = 'operator:'

/* oxlint-disable typescript/no-unsafe-type-assertion -- the linker wrote these names of fragments and events itself */
export function loggedRecord(row: LinkLogRow): LoggedRecord {
  return {
    offset: Number(row.offset),
    linkId: row.link_id,
    fate: row.fate,
    clock: timeOf(row.clock),
    policy: row.policy === null ? null : definitionVersion(Number(row.policy)),
    record: recordOf(row),
  }
}

function recordOf(row: LinkLogRow): LinkRecord | CommandRecord {
  const at = timeOf(row.at)
  const action = actionOf(row.kind)
  if (action !== undefined)
    return {
      kind: 'command',
      commandId: row.event_id,
      at,
      by: row.source.startsWith(operator) ? row.source.slice(operator.length) : row.source,
      reason: row.reason,
      action,
      fragments: row.identifiers as readonly FragmentId[],
    }
  return {
    kind: 'link',
    linkId: row.link_id,
    // Who sent it decides nothing, and the table does not keep it.
    sender: { generation: 0, partition: 0, position: [0, 0, 0] },
    identifiers: row.identifiers.map((id, place) => ({
      id: id as FragmentId,
      blocked: row.blocked[place] || null,
    })),
    eventId: row.event_id,
    eventKey: row.event_key as EventKey,
    source: row.source,
    eventType: row.event_type,
    occurredAt: timeOf(row.occurred_at),
    receivedAt: timeOf(row.received_at),
    logTime: at,
  }
}
/* oxlint-enable typescript/no-unsafe-type-assertion */

/** Identifiers by which a record brings others into the picture: junk and what operators only parted or looked at again bring nobody. */
export const leadsTo = ({ record }: LoggedRecord): readonly FragmentId[] => {
  if (record.kind === 'link')
    return record.identifiers.filter(({ blocked }) => blocked === null).map(({ id }) => id)
  return record.action === 'merge' ? record.fragments : []
}
