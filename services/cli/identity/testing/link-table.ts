import type { IdentityPolicy } from '#runtime/definition/identity-policy.ts'
import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import type { LinksRecord } from '#runtime/log/links.ts'
import { birthProfileId } from '#runtime/pseudonym/pseudonym.ts'
import { rowVersion } from '#runtime/log/version.ts'
import { toIso } from '#runtime/time/iso.ts'
import type { IdentityLinkRow } from '#schemas/clickhouse/rows.ts'
import { decidedSoFar, linkRow } from '../../../identity/core/link-row.ts'
import { createLinker } from '../../../identity/core/linker.ts'
import { createMemoryState } from '../../../identity/core/memory-state.ts'
import type { LinkerState } from '../../../identity/core/state.ts'
import { gatherClosure, type LinkLog } from '../refold/closure.ts'
import type { Loaded } from '../refold/load.ts'
import { type LoggedRecord, loggedRecord } from '../refold/logged-record.ts'
import type { LinkerAsOf } from '../refold/read-links.ts'
import { type Refolded, refold } from '../refold/refold.ts'

/** The production linker over a whole history, and the table that it leaves. */
export interface LinkTable {
  readonly state: LinkerState
  readonly log: LinkLog
  readonly asOf: LinkerAsOf
  /** What a command would see of these identifiers. */
  refoldOf(
    ids: readonly FragmentId[],
    recordsMax?: number,
  ): Promise<Loaded & { readonly refolded: Refolded }>
}

/** As ClickHouse would answer. */
const asRead = (row: IdentityLinkRow): LoggedRecord =>
  loggedRecord({
    ...row,
    offset: String(row.offset),
    policy: row.policy === null ? null : String(row.policy),
    at: toIso(row.at),
    clock: toIso(row.clock),
    occurred_at: toIso(row.occurred_at),
    received_at: toIso(row.received_at),
  })

const namesOf = ({ record }: LoggedRecord): readonly FragmentId[] =>
  record.kind === 'link' ? record.identifiers.map(({ id }) => id) : record.fragments

export function linkTable(history: readonly LinksRecord[], policy: IdentityPolicy): LinkTable {
  const state = createMemoryState()
  const policies = (): IdentityPolicy => policy
  const linker = createLinker({ state, policies, birthProfileId })
  const records: LoggedRecord[] = []
  for (const [offset, record] of history.entries()) {
    const { clock, policy: version } = state.meta
    const before = decidedSoFar(state.meta)
    const effects = linker.fold({ offset, key: `key ${offset}`, record })
    if (decidedSoFar(state.meta) === before) continue
    if (record.kind !== 'link' && record.kind !== 'command') continue
    const decided = { record, clock, policy: version }
    records.push(asRead(linkRow(offset, rowVersion(0, offset, 0), decided, effects)))
  }
  const log: LinkLog = {
    naming: async (ids, max) => {
      const asked = new Set(ids)
      const found = records.filter((record) => namesOf(record).some((id) => asked.has(id)))
      return Promise.resolve(found.slice(0, max))
    },
  }
  const asOf = { offset: history.length, clock: epochMs(state.meta.clock), policy: null }
  return {
    state,
    log,
    asOf,
    async refoldOf(ids, recordsMax = 20_000) {
      const closure = await gatherClosure(log, ids, recordsMax)
      return { closure, policies, asOf, refolded: refold(closure.records, policies, asOf) }
    },
  }
}
