import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import type { FragmentId } from '#runtime/event/ids.ts'
import { commandEvidenceId } from '../../../identity/core/commands.ts'
import type { Loaded } from '../refold/load.ts'
import { leadsTo, type LoggedRecord } from '../refold/logged-record.ts'
import { commandsOfId, recordOfId } from '../refold/read-links.ts'
import type { Refolded } from '../refold/refold.ts'
import { fragmentsOfSplit, mergeIdentifiers, unsplitIdentifiers } from './plan-join.ts'
import { type Leavers, splitIdentifiers, splitLink, splitMerge } from './plan-split.ts'
import type { OperatorsWord } from './trial.ts'

/** What a command is about. */
export interface Target {
  /** Whose links have to be known. */
  readonly start: readonly FragmentId[]
  /** What each command has to name. @throws TributaryError when there is nothing to do, or it can't be done. */
  readonly plan: (loaded: Loaded, now: Refolded) => Leavers
  /** A merge is undone: whoever joins a leaving side meanwhile goes after it. */
  readonly isUndone: boolean
}

export interface Undone {
  readonly kind: 'link' | 'decision' | 'command'
  readonly id: string
}

/** @throws TributaryError `TRB_NOT_FOUND` or `TRB_USAGE` */
export async function readTarget(
  clickhouse: ClickHouse,
  action: OperatorsWord['action'],
  named: readonly FragmentId[],
  undone: Undone | null,
): Promise<Target> {
  if (undone !== null) return readUndone(clickhouse, undone)
  const plans: Readonly<Record<OperatorsWord['action'], Target['plan']>> = {
    split: (_, now) => splitIdentifiers(now, named),
    unsplit: (_, now) => [unsplitIdentifiers(now, named)],
    merge: (_, now) => [mergeIdentifiers(now, named)],
  }
  return { start: named, plan: plans[action], isUndone: false }
}

async function readUndone(clickhouse: ClickHouse, { kind, id }: Undone): Promise<Target> {
  switch (kind) {
    case 'link': {
      const link = await recordOr(clickhouse, id, `no link has the id ${id}`)
      return {
        start: leadsTo(link),
        plan: (loaded, now) => splitLink(loaded, now, link),
        isUndone: true,
      }
    }
    case 'decision': {
      const merging = await mergeOfDecision(clickhouse, id)
      return {
        start: leadsTo(merging),
        plan: (loaded, now) => splitMerge(loaded, now, merging),
        isUndone: true,
      }
    }
    case 'command': {
      const commands = await commandsOfId(clickhouse, commandEvidenceId(id))
      if (commands.length === 0) throw notFound(`no command has the id ${id}`)
      const fragments = fragmentsOfSplit(commands)
      return {
        start: fragments,
        plan: (_, now) => [unsplitIdentifiers(now, fragments)],
        isUndone: false,
      }
    }
    default:
      return kind satisfies never
  }
}

async function mergeOfDecision(clickhouse: ClickHouse, id: string): Promise<LoggedRecord> {
  const [row] = await clickhouse.query<{ readonly link_id: string; readonly outcome: string }>(
    'SELECT link_id, outcome FROM identity_decisions FINAL WHERE decision_id = {id:String}',
    { id },
  )
  if (row === undefined) throw notFound(`no decision has the id ${id}`)
  const merging = await recordOr(clickhouse, row.link_id, `what decision ${id} rests on was erased`)
  const { record } = merging
  if (row.outcome === 'merge' && (record.kind === 'link' || record.action === 'merge'))
    return merging
  throw new TributaryError('TRB_USAGE', `decision ${id} is not the merge of a link or a command`, {
    hint: 'tributary identity explain shows the decisions that merged; an identifier can be split off whatever brought it there.',
  })
}

async function recordOr(
  clickhouse: ClickHouse,
  linkId: string,
  message: string,
): Promise<LoggedRecord> {
  const record = await recordOfId(clickhouse, linkId)
  if (record === null) throw notFound(message)
  return record
}

const notFound = (message: string): TributaryError =>
  new TributaryError('TRB_NOT_FOUND', message, {
    hint: 'tributary identity explain shows the links, decisions and commands of somebody.',
  })
