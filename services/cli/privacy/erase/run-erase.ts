import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { asError, TributaryError } from '#runtime/errors/index.ts'
import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import { toIso } from '#runtime/time/iso.ts'
import { groupName, topicName } from '#schemas/topics.ts'
import { refuseWhileSwitching, sendCommands } from '../../identity/operate/send-commands.ts'
import { ownAccount, writeAudit } from '../../shell/audit.ts'
import { toJsonLine } from '../../shell/json.ts'
import type { ExitStatus, Terminal } from '../../shell/terminal.ts'
import type { Erasure } from '../erasures.ts'
import { openPrivacy, type OpenPrivacy } from '../open-privacy.ts'
import { type Receipt, sealReceipt } from '../receipt.ts'
import { type Swept, sweep } from '../sweep/sweep.ts'
import { findPersonNow } from './find-person.ts'
import { printReceipt } from './print-erase.ts'
import { receiptOf } from './receipt-of.ts'
import { runDryRun } from './run-dry-run.ts'
import { untilErased } from './settle.ts'

export interface EraseArguments {
  /** null: `command` says which erasure is completed. */
  readonly who: string | null
  /** Id of a command that was sent before; null: one is sent. */
  readonly command: string | null
  readonly phoneRegion: string | null
  readonly dryRun: boolean
  readonly reason: string
  /** null: the account of this process. */
  readonly by: string | null
  /** Where the receipt is written; null: printed only. */
  readonly receipt: string | null
  /** False: sends the command and leaves the rest to `--command` and `privacy sweep`. */
  readonly wait: boolean
  readonly timeoutMs: number
  readonly json: boolean
}

/** `tributary privacy erase`. 1: something of the person was on its way still, and a sweep has to complete it. */
export async function runErase(terminal: Terminal, asked: EraseArguments): Promise<ExitStatus> {
  await using privacy = await openPrivacy(terminal, asked.phoneRegion)
  const { identity } = privacy
  if (asked.dryRun) return await runDryRun(terminal, privacy, asked)
  refuseWhileSwitching(identity.serving.record)
  const by = asked.by ?? ownAccount()
  const sentAt = performance.now()
  const commandId = asked.command ?? (await send(terminal, privacy, asked, by))
  if (!asked.wait) {
    const sent = { command_id: commandId, done: false }
    const next = `The erasure is in the log. Complete it: tributary privacy erase --command ${commandId}\n`
    terminal.stdout.write(asked.json ? toJsonLine(sent) : next)
    return 0
  }
  const { receipt, erasures } = await carryOut(terminal, privacy, asked, { commandId, sentAt })
  if (asked.receipt !== null) await writeReceipt(terminal, asked.receipt, receipt)
  await writeAudit(privacy.databases.base, terminal.now(), {
    command: 'privacy erase',
    actor: by,
    reason: asked.reason,
    subject: erasures.map(({ fragment }) => privacy.subject(fragment)),
    outcome: receipt.complete ? 'done' : 'failed',
    details: { command_id: commandId, bound_days: receipt.bound_days, deleted: receipt.deleted },
  })
  terminal.stdout.write(asked.json ? toJsonLine(receipt) : printReceipt(receipt, asked.receipt))
  return receipt.complete ? 0 : 1
}

/** One command, which the linker extends to whoever is the person when it comes to it. */
async function send(
  terminal: Terminal,
  { identity }: OpenPrivacy,
  { phoneRegion, reason, who }: EraseArguments,
  by: string,
): Promise<string> {
  if (who === null) throw new TributaryError('TRB_USAGE', 'say who is to be erased')
  const { named } = await findPersonNow(terminal, identity, who, phoneRegion)
  const commandId = randomUUID()
  await sendCommands(identity.kafka, { ...identity, generation: identity.serving.generation }, [
    {
      kind: 'command',
      commandId,
      at: epochMs(terminal.now().getTime()),
      by,
      reason,
      action: 'erase',
      fragments: [named],
    },
  ])
  return commandId
}

async function carryOut(
  terminal: Terminal,
  privacy: OpenPrivacy,
  { timeoutMs }: EraseArguments,
  { commandId, sentAt }: { readonly commandId: string; readonly sentAt: number },
): Promise<{ readonly receipt: Receipt; readonly erasures: readonly Erasure[] }> {
  const { admin, prefix, serving } = privacy.identity
  const { generation } = serving
  const offset = await untilErased(commandId, {
    clickhouse: privacy.databases.base,
    admin,
    log: topicName(prefix, 'profile.log', generation),
    group: groupName(prefix, 'profiles', generation),
    timeoutMs,
    now: () => performance.now(),
    sleep: (ms) => sleep(ms),
  })
  const erasures = erasedBy(await privacy.erasures(), offset)
  if (erasures.length === 0)
    throw new TributaryError('TRB_NOT_FOUND', `the command ${commandId} erased nobody`, {
      hint: 'Those whom it named were erased again since: their later erasure counts.',
    })
  const bound = await privacy.bound()
  const logKeptMs = bound.parts.find(({ place }) => place === 'topic profile.log')?.ms ?? null
  const now = epochMs(terminal.now().getTime())
  const swept: Swept = await sweep(privacy, erasures, { letters: true, logKeptMs, now })
  const content = receiptOf({
    commandId,
    offset,
    generation,
    erasures,
    bound,
    swept,
    subject: privacy.subject,
    invisibleAt: toIso(epochMs(terminal.now().getTime())),
    seconds: (performance.now() - sentAt) / 1000,
  })
  return { receipt: sealReceipt(privacy.key, content), erasures }
}

/** Of one command. */
const erasedBy = (all: ReadonlyMap<FragmentId, Erasure>, offset: number): readonly Erasure[] =>
  [...all.values()].filter(({ commandId }) => commandId === `links/${offset}`)

async function writeReceipt(terminal: Terminal, file: string, receipt: Receipt): Promise<void> {
  try {
    await writeFile(resolve(terminal.cwd, file), toJsonLine(receipt))
  } catch (cause) {
    throw new TributaryError('TRB_USAGE', `${file} cannot be written: ${asError(cause).message}`, {
      cause,
      hint: `The erasure is done. Have its receipt written elsewhere: tributary privacy erase --command ${receipt.command_id} --receipt FILE`,
    })
  }
}
