import type { OutgoingRecord } from '#runtime/kafka/ports.ts'
import { topicName } from '#schemas/topics.ts'
import { openIdentity } from '../identity/open-identity.ts'
import { readErasures } from '../privacy/erasures.ts'
import { type AuditTrail, audited } from '../shell/audit.ts'
import { listenForInterruption } from '../shell/interruption.ts'
import { toJsonLine } from '../shell/json.ts'
import { masterKeysOf } from '../shell/master-keys.ts'
import { progressBar } from '../shell/progress-bar.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'
import { type FoundKey, readDataKeys } from './read-data-keys.ts'
import { rotate } from './rotate.ts'
import { writeAnew } from './write-anew.ts'

export interface RotateArguments {
  readonly dryRun: boolean
  readonly reason: string
  /** null: the account of this process. */
  readonly by: string | null
  readonly json: boolean
}

interface RotateView {
  readonly applied: boolean
  /** Id of the master key that wraps now. */
  readonly master: string
  readonly keys: number
  readonly wrapped: number
  /** Of the erased: they should have been gone. */
  readonly destroyed: number
  /** Not opened by any master key that is given here. */
  readonly closed: number
  /** Data keys by the master key that had wrapped them. */
  readonly by_master: Readonly<Record<string, number>>
}

/** `tributary keys rotate`. 1: some data keys are wrapped by a master key that is not given here; with --dry-run also: some are to be wrapped anew. */
export async function runRotate(terminal: Terminal, asked: RotateArguments): Promise<ExitStatus> {
  if (asked.dryRun) return rotateAll(terminal, asked, null)
  return audited(terminal, { command: 'keys rotate', ...asked }, async (trail) =>
    rotateAll(terminal, asked, trail),
  )
}

async function rotateAll(
  terminal: Terminal,
  asked: RotateArguments,
  trail: AuditTrail | null,
): Promise<ExitStatus> {
  await using identity = await openIdentity(terminal)
  const { kafka, prefix, sources } = identity
  const masters = await masterKeysOf(terminal, identity)
  const topic = topicName(prefix, 'privacy.keys')
  const erasures = await readErasures(sources.reader, topicName(prefix, 'identity.suppressions'))
  const { keys } = await readDataKeys(sources.reader, topic)
  const count = { kept: 0, wrapped: 0, destroyed: 0, closed: 0 }
  const byMaster: Record<string, number> = {}
  const records: OutgoingRecord[] = []
  const wrapped: FoundKey[] = []
  for (const key of keys.values()) {
    const turn = rotate(key, masters, (fragment) => erasures.get(fragment)?.erasedAt)
    count[turn.turn] += 1
    byMaster[key.master] = (byMaster[key.master] ?? 0) + 1
    if (turn.turn === 'wrapped') wrapped.push(key)
    if (turn.turn === 'wrapped' || turn.turn === 'destroyed') records.push(turn.record)
  }
  if (!asked.dryRun && records.length > 0) {
    const producer = await kafka.producer()
    try {
      using interruption = listenForInterruption(process)
      using bar = progressBar(terminal, 'data keys')
      const { signal } = interruption
      const { reader } = sources
      const deps = { producer, reader, topic, signal, progress: bar.at }
      count.destroyed += await writeAnew(records, wrapped, deps)
    } finally {
      await producer.close()
    }
  }
  const view: RotateView = {
    applied: !asked.dryRun,
    master: masters.current,
    keys: keys.size,
    wrapped: count.wrapped,
    destroyed: count.destroyed,
    closed: count.closed,
    by_master: byMaster,
  }
  trail?.add(view)
  terminal.stdout.write(asked.json ? toJsonLine(view) : printRotate(view))
  return count.closed > 0 || (asked.dryRun && records.length > 0) ? 1 : 0
}

function printRotate(view: RotateView): string {
  const { applied, by_master: byMaster, closed, destroyed, keys, master, wrapped } = view
  const lines = [
    `${keys} data keys; the master key ${master} wraps now`,
    ...Object.entries(byMaster).map(([id, n]) => `  ${n} wrapped by ${id}`),
    `${applied ? 'wrapped anew' : 'to be wrapped anew'}: ${wrapped}`,
    ...(destroyed > 0
      ? [`of the erased, ${applied ? 'destroyed' : 'to be destroyed'}: ${destroyed}`]
      : []),
    ...(closed > 0
      ? [
          `${closed} are wrapped by a master key that is not given here: give it (TRIBUTARY_MASTER_KEYS…; TRIBUTARY_KEY_PREVIOUS… for the one derived from an earlier installation key), and rotate again.`,
        ]
      : applied
        ? ['Every data key is wrapped by it: the others may go (docs/kept-values.md).']
        : ['Nothing was written: leave --dry-run out.']),
  ]
  return `${lines.join('\n')}\n`
}
