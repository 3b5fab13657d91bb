import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { asError, TributaryError } from '#runtime/errors/index.ts'
import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import { toIso } from '#runtime/time/iso.ts'
import { refuseWhileSwitching } from '../../identity/operate/send-commands.ts'
import { requireReason } from '../../identity/require-reason.ts'
import { parseId, parseWho } from '../../profile/parse-who.ts'
import { phoneRegionOf } from '../../profile/phone-region.ts'
import { type AuditTrail, audited } from '../../shell/audit.ts'
import { ownAccount } from '../../shell/own-account.ts'
import { toJsonLine } from '../../shell/json.ts'
import type { ExitStatus, Terminal } from '../../shell/terminal.ts'
import type { Erasure } from '../erasures.ts'
import { openPrivacy, type OpenPrivacy } from '../open-privacy.ts'
import { type Receipt, sealReceipt } from '../receipt.ts'
import { type Swept, sweep } from '../sweep/sweep.ts'
import { findPersonNow } from './find-person.ts'
import { printReceipt } from './print-erase.ts'
import { receiptOf } from './receipt-of.ts'
import { resumable } from './resumable.ts'
import { type DryRunArguments, runDryRun } from './run-dry-run.ts'
import { sendErase } from './send-erase.ts'
import { untilGone } from './until-gone.ts'

/** `who` null: `command` says which erasure is completed. */
export interface EraseArguments extends DryRunArguments {
  /** Id of a command that was sent before; null: one is sent. */
  readonly command: string | null
  readonly dryRun: boolean
  readonly reason: string
  /** null: the account of this process. */
  readonly by: string | null
  /** Where the receipt is written; null: printed only. */
  readonly receipt: string | null
  /** False: sends the command and leaves the rest to `--command` and `privacy sweep`. */
  readonly wait: boolean
  readonly timeoutMs: number
}

/** `tributary privacy erase`. 1: something of the person was on its way still, and a sweep has to complete it. */
export async function runErase(terminal: Terminal, asked: EraseArguments): Promise<ExitStatus> {
  const { by, dryRun, reason } = asked
  return audited(
    terminal,
    { command: 'privacy erase', by, reason, details: { dry_run: dryRun } },
    async (trail) => erase(terminal, asked, trail),
  )
}

async function erase(
  terminal: Terminal,
  asked: EraseArguments,
  trail: AuditTrail,
): Promise<ExitStatus> {
  // Refused before anything is asked or waited for.
  if (asked.who !== null) parseWho(asked.who)
  if (asked.command !== null)
    parseId(asked.command, '--command', 'Give the id that privacy erase has printed.')
  await using privacy = await openPrivacy(terminal, phoneRegionOf(asked.phoneRegion))
  const { identity } = privacy
  if (asked.dryRun) return await runDryRun(terminal, privacy, asked)
  if (asked.command === null) requireReason(identity.inForce, asked.reason)
  refuseWhileSwitching(identity.serving.record)
  const by = asked.by ?? ownAccount()
  const commandId = asked.command ?? randomUUID()
  const named = asked.command === null ? await nameWhom(privacy, asked) : null
  // The command in the log dies with the person's identifiers; who gave it, and on whom, does not.
  if (named !== null) trail.about([privacy.subject(named)])
  trail.add({ command_id: commandId })
  await trail.save()
  return await resumable(commandId, async (underWay) => {
    const sentAt = performance.now()
    if (named !== null)
      await sendErase(terminal, privacy, { commandId, by, reason: asked.reason }, [named])
    underWay.sent()
    const command = { commandId, sentAt, by, signal: underWay.signal }
    return asked.wait
      ? complete(terminal, privacy, asked, { command, trail })
      : sayLater(terminal, asked, commandId)
  })
}

async function nameWhom(
  { identity, say }: OpenPrivacy,
  { phoneRegion, who }: EraseArguments,
): Promise<FragmentId> {
  if (who === null) throw new TributaryError('TRB_USAGE', 'say who is to be erased')
  const { isKnown, named } = await findPersonNow(identity, who, phoneRegion)
  if (!isKnown)
    say(
      'Nobody is known by this identifier: check it. It is erased all the same, so that nothing received by now brings it up.\n',
    )
  return named
}

function sayLater(terminal: Terminal, { json }: EraseArguments, commandId: string): ExitStatus {
  const sent = { command_id: commandId, done: false }
  const next = `The erasure is in the log. Complete it: tributary privacy erase --command ${commandId}\n`
  terminal.stdout.write(json ? toJsonLine(sent) : next)
  return 0
}

/** A command that is in the log. */
interface SentCommand {
  readonly commandId: string
  /** Monotonic, milliseconds. */
  readonly sentAt: number
  readonly by: string
  readonly signal: AbortSignal
}

async function complete(
  terminal: Terminal,
  privacy: OpenPrivacy,
  asked: EraseArguments,
  { command, trail }: { readonly command: SentCommand; readonly trail: AuditTrail },
): Promise<ExitStatus> {
  const { receipt, erasures } = await carryOut(terminal, privacy, asked, command)
  command.signal.throwIfAborted()
  if (asked.receipt !== null) await writeReceipt(terminal, asked.receipt, receipt)
  trail.about(erasures.map(({ fragment }) => privacy.subject(fragment)))
  trail.add({ bound_days: receipt.bound_days, deleted: receipt.deleted })
  if (!receipt.complete) trail.failed()
  terminal.stdout.write(asked.json ? toJsonLine(receipt) : printReceipt(receipt, asked.receipt))
  return receipt.complete ? 0 : 1
}

async function carryOut(
  terminal: Terminal,
  privacy: OpenPrivacy,
  { reason, timeoutMs }: EraseArguments,
  { by, commandId, sentAt, signal }: SentCommand,
): Promise<{ readonly receipt: Receipt; readonly erasures: readonly Erasure[] }> {
  const { offset, erasures } = await untilGone(
    privacy,
    commandId,
    { signal, timeoutMs },
    async (names) => {
      const again = randomUUID()
      await sendErase(terminal, privacy, { commandId: again, by, reason }, names)
      return again
    },
  )
  const bound = await privacy.bound()
  const logKeptMs = bound.parts.find(({ place }) => place === 'topic profile.log')?.ms ?? null
  const now = epochMs(terminal.now().getTime())
  const swept: Swept = await sweep(privacy, erasures, { letters: true, logKeptMs, now })
  const content = receiptOf({
    commandId,
    offset,
    generation: privacy.identity.serving.generation,
    erasures,
    bound,
    swept,
    subject: privacy.subject,
    invisibleAt: toIso(epochMs(terminal.now().getTime())),
    seconds: (performance.now() - sentAt) / 1000,
  })
  return { receipt: sealReceipt(privacy.key, content), erasures }
}

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
