import { epochMs } from '#runtime/event/ids.ts'
import { refuseWhileSwitching } from '../../identity/operate/send-commands.ts'
import { type AuditTrail, audited } from '../../shell/audit.ts'
import { toJsonLine } from '../../shell/json.ts'
import { phoneRegionOf } from '../../profile/phone-region.ts'
import type { ExitStatus, Terminal } from '../../shell/terminal.ts'
import { dayMs } from '../bound.ts'
import { openPrivacy } from '../open-privacy.ts'
import { type Swept, sweep } from './sweep.ts'

export interface SweepArguments {
  /** Every erasure there ever was, and not only those that are within their bound. */
  readonly all: boolean
  readonly letters: boolean
  readonly phoneRegion: string | null
  readonly reason: string
  readonly by: string | null
  readonly json: boolean
}

/** `tributary privacy sweep`. 1: of some the homes have not come to the erasure yet. */
export const runSweep = async (terminal: Terminal, asked: SweepArguments): Promise<ExitStatus> =>
  audited(terminal, { command: 'privacy sweep', ...asked }, async (trail) =>
    sweepAll(terminal, asked, trail),
  )

async function sweepAll(
  terminal: Terminal,
  asked: SweepArguments,
  trail: AuditTrail,
): Promise<ExitStatus> {
  await using privacy = await openPrivacy(terminal, phoneRegionOf(asked.phoneRegion))
  refuseWhileSwitching(privacy.identity.serving.record)
  const bound = await privacy.bound()
  const now = epochMs(terminal.now().getTime())
  const since = asked.all || bound.days === null ? 0 : now - bound.days * dayMs
  const erasures = [...(await privacy.erasures()).values()].filter(
    ({ settledAt }) => settledAt >= since,
  )
  const logKeptMs = bound.parts.find(({ place }) => place === 'topic profile.log')?.ms ?? null
  const swept = await sweep(privacy, erasures, { letters: asked.letters, logKeptMs, now })
  const unsettled = swept.databases.reduce((sum, one) => sum + one.unsettled.length, 0)
  const view = viewOf(erasures.length, unsettled, swept)
  // Whom it was about stands in the entries of the erasures.
  trail.add(view)
  terminal.stdout.write(asked.json ? toJsonLine(view) : printSweep(view))
  return unsettled === 0 ? 0 : 1
}

interface SweepView {
  readonly erasures: number
  readonly unsettled: number
  readonly deleted: Readonly<Record<string, number>>
  readonly scrubbed: Readonly<Record<string, number>>
  readonly dead_letters: number | null
  /** Hold more than is looked at of one; null: none were opened. */
  readonly dead_letters_partly: number | null
  readonly checkpoints_removed: number | null
  readonly keys_destroyed: number
}

function viewOf(erasures: number, unsettled: number, swept: Swept): SweepView {
  const deleted: Record<string, number> = {}
  const scrubbed: Record<string, number> = {}
  for (const { tables } of swept.databases)
    for (const [table, { named, rows }] of Object.entries(tables)) {
      if (rows > 0) deleted[table] = (deleted[table] ?? 0) + rows
      if (named > 0) scrubbed[table] = (scrubbed[table] ?? 0) + named
    }
  return {
    erasures,
    unsettled,
    deleted,
    scrubbed,
    dead_letters: swept.letters?.letters ?? null,
    dead_letters_partly: swept.letters?.partly ?? null,
    checkpoints_removed: swept.checkpointsRemoved,
    keys_destroyed: swept.keysDestroyed,
  }
}

function printSweep(view: SweepView): string {
  const rows = Object.entries(view.deleted).map(([table, n]) => `  ${table}: ${n} rows deleted`)
  const names = Object.entries(view.scrubbed).map(
    ([table, n]) => `  ${table}: ${n} rows of others without the name`,
  )
  const lines = [
    `looked for what is left of ${view.erasures} erased identifiers`,
    ...(rows.length + names.length === 0 ? ['  tables: nothing'] : [...rows, ...names]),
    ...(view.dead_letters === null ? [] : [`  dead letters: ${view.dead_letters} deleted`]),
    ...((view.dead_letters_partly ?? 0) === 0
      ? []
      : [`  dead letters: ${view.dead_letters_partly} hold more than is looked at of one`]),
    view.checkpoints_removed === null
      ? '  checkpoints: TRIBUTARY_CHECKPOINT_DIR is not set here'
      : `  checkpoints: ${view.checkpoints_removed} copies of states removed`,
    ...(view.keys_destroyed === 0 ? [] : [`  data keys: ${view.keys_destroyed} destroyed`]),
    ...(view.unsettled === 0
      ? []
      : [
          `${view.unsettled} identifiers: profiles has not come to the erasure; sweep again later.`,
        ]),
  ]
  return `${lines.join('\n')}\n`
}
