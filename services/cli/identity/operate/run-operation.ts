import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createScreen } from '#runtime/channel/shell/create-normaliser.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import { parseWho, type Who } from '../../profile/parse-who.ts'
import { pseudonymiser } from '../../profile/pseudonymiser.ts'
import { type AuditTrail, audited } from '../../shell/audit.ts'
import { ownAccount } from '../../shell/own-account.ts'
import { toJsonLine } from '../../shell/json.ts'
import type { ExitStatus, Terminal } from '../../shell/terminal.ts'
import { decisionView, identifierView } from '../explain/views.ts'
import { openIdentity, type OpenIdentity } from '../open-identity.ts'
import { requireReason } from '../require-reason.ts'
import { loadEvidence } from '../refold/load.ts'
import { type Refolded, refold } from '../refold/refold.ts'
import { resolveWho } from '../resolve-who.ts'
import { type CarriedOut, carryOut, type CarryOutPorts } from './carry-out.ts'
import type { OperationView } from './operation-view.ts'
import { printOperation } from './print-operation.ts'
import { readTarget, type Target, type Undone } from './read-target.ts'
import { refuseWhileSwitching, sendCommands } from './send-commands.ts'
import { strangersAmong } from './strangers.ts'
import { commandsOf, groupsOf, type OperatorsWord, type Trial, tryCommands } from './trial.ts'
import { waitUntilDone } from './wait-until-done.ts'

export interface OperationArguments {
  readonly action: OperatorsWord['action']
  /** Identifiers, as they were typed. */
  readonly who: readonly string[]
  /** Instead of identifiers: the link or the decision that a split undoes, the command that an unsplit does. */
  readonly undone: Undone | null
  readonly phoneRegion: string | null
  readonly reason: string
  /** null: the account of this process. */
  readonly by: string | null
  readonly dryRun: boolean
  /** Milliseconds to wait for the tables to show it; null: does not wait. */
  readonly waitMs: number | null
  readonly linksMax: number
  readonly json: boolean
}

/** `identity split`, `unsplit` and `merge`: tries the command on what is known, says what becomes of whom, and sends it. */
export async function runOperation(
  terminal: Terminal,
  asked: OperationArguments,
): Promise<ExitStatus> {
  if (asked.dryRun) return operate(terminal, asked, null)
  const { action, by, reason } = asked
  return audited(terminal, { command: `identity ${action}`, by, reason }, async (trail) =>
    operate(terminal, asked, trail),
  )
}

async function operate(
  terminal: Terminal,
  asked: OperationArguments,
  trail: AuditTrail | null,
): Promise<ExitStatus> {
  const who = asked.who.map((text) => parseNamed(text, asked.action))
  await using identity = await openIdentity(terminal)
  const { sources, serving } = identity
  if (!asked.dryRun) {
    requireReason(identity.inForce, asked.reason)
    refuseWhileSwitching(serving.record)
  }
  const named = await namedFragments(identity, who, asked.phoneRegion)
  const target = await readTarget(sources.clickhouse, asked.action, named, asked.undone)
  const word: OperatorsWord = {
    action: asked.action,
    commandId: randomUUID(),
    at: epochMs(terminal.now().getTime()),
    by: asked.by ?? ownAccount(),
    reason: asked.reason,
  }
  const { trial, complete, unknown } = await tryOn(identity, target, word, asked.linksMax)
  refuseWithoutEffect(word.action, trial)
  // Whom it is about stands in the log under the commands' ids.
  trail?.add({ command_ids: trial.commands.map(({ commandId }) => commandId) })
  await trail?.save()
  const done = asked.dryRun
    ? { commands: trial.commands, after: null, concerned: trial.concerned }
    : await carryOut(word, trial, target.isUndone, portsOf(identity, target, asked))
  const view = viewOf(word, trial, done, { dryRun: asked.dryRun, complete, unknown })
  terminal.stdout.write(asked.json ? toJsonLine(view) : printOperation(view))
  return 0
}

const portsOf = (
  identity: OpenIdentity,
  target: Target,
  { waitMs, linksMax }: OperationArguments,
): CarryOutPorts => ({
  send: async (commands) =>
    sendCommands(identity.kafka, { ...identity, ...identity.serving }, commands),
  wait:
    waitMs === null
      ? null
      : async (commands, concerned) =>
          waitUntilDone(commands, concerned, {
            clickhouse: identity.sources.clickhouse,
            timeoutMs: waitMs,
            now: () => performance.now(),
            sleep: (ms) => sleep(ms),
            refolded: async () => (await known(identity, target, linksMax)).now,
          }),
})

/** @throws TributaryError `TRB_USAGE` */
function parseNamed(text: string, action: OperationArguments['action']): Who {
  const one = parseWho(text)
  if (action === 'merge' || one.kind !== 'profile') return one
  throw new TributaryError('TRB_USAGE', `${action} takes identifiers, and that is a profile`, {
    hint: 'tributary identity explain lists the identifiers of a profile.',
  })
}

async function namedFragments(
  { sources, inForce, servingKey }: OpenIdentity,
  who: readonly Who[],
  phoneRegion: string | null,
): Promise<readonly FragmentId[]> {
  const pseudonymise = pseudonymiser(servingKey, phoneRegion, createScreen(inForce))
  const fragments: FragmentId[] = []
  for (const one of who) {
    const { fragment, blocked } = await resolveWho(sources.clickhouse, one, pseudonymise)
    if (blocked !== null)
      throw new TributaryError(
        'TRB_WITHOUT_EFFECT',
        `one of these is no evidence of a person: rule ${blocked}`,
      )
    fragments.push(fragment)
  }
  return fragments
}

async function known(
  { sources, inForce }: OpenIdentity,
  { start }: Target,
  linksMax: number,
): Promise<{ readonly loaded: Awaited<ReturnType<typeof loadEvidence>>; readonly now: Refolded }> {
  const loaded = await loadEvidence(sources, inForce, start, linksMax)
  return { loaded, now: refold(loaded.closure.records, loaded.policies, loaded.asOf) }
}

async function tryOn(
  identity: OpenIdentity,
  target: Target,
  word: OperatorsWord,
  linksMax: number,
): Promise<{
  readonly trial: Trial
  readonly complete: boolean
  readonly unknown: readonly FragmentId[]
}> {
  const { loaded, now } = await known(identity, target, linksMax)
  // Before the commands are tried, by which all that they name becomes known.
  const unknown = word.action === 'merge' ? await strangersAmong(identity, target.start, now) : []
  const lists = target.plan(loaded, now)
  const trial = tryCommands(now, commandsOf(word, lists))
  return { trial, complete: loaded.closure.complete, unknown }
}

/** @throws TributaryError `TRB_WITHOUT_EFFECT` when a rule forbids the merge, before anything is sent. */
function refuseWithoutEffect(action: OperatorsWord['action'], { decisions }: Trial): void {
  const refused = decisions.find(({ decision }) => decision.demoted.length > 0)
  if (action !== 'merge' || refused === undefined) return
  throw new TributaryError(
    'TRB_WITHOUT_EFFECT',
    `the rule ${refused.decision.rule} forbids to join ${refused.decision.demoted.join(', ')}`,
    {
      hint: 'identity.authoritative of the pipeline file lists operator, or not; identity.cap holds for everybody.',
    },
  )
}

const viewOf = (
  { action, commandId, by, reason }: OperatorsWord,
  trial: Trial,
  { commands, after, concerned }: CarriedOut,
  {
    dryRun,
    complete,
    unknown,
  }: {
    readonly dryRun: boolean
    readonly complete: boolean
    readonly unknown: readonly FragmentId[]
  },
): OperationView => ({
  action,
  dry_run: dryRun,
  command_id: commandId,
  commands: commands.map((command) => ({
    action: command.action,
    command_id: command.commandId,
    identifiers: command.fragments.map(identifierView),
  })),
  by,
  reason,
  before: trial.before,
  after: after === null ? trial.after : groupsOf(concerned, (id) => after.profileOf(id)),
  decisions: trial.decisions.map(decisionView),
  done: after !== null,
  complete,
  unknown: unknown.map(identifierView),
})
