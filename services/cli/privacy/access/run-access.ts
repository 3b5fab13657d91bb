import { createScreen } from '#runtime/channel/shell/create-normaliser.ts'
import { createRingSealer } from '#runtime/keys/index.ts'
import { createPseudonymiser } from '#runtime/pseudonym/pseudonym.ts'
import { topicName } from '#schemas/topics.ts'
import { openIdentity } from '../../identity/open-identity.ts'
import { requireReason } from '../../identity/require-reason.ts'
import { resolveWho } from '../../identity/resolve-who.ts'
import { writePrivately } from '../../page/write-privately.ts'
import { parseWho } from '../../profile/parse-who.ts'
import { phoneRegionOf } from '../../profile/phone-region.ts'
import { pseudonymiser } from '../../profile/pseudonymiser.ts'
import { type AuditTrail, audited } from '../../shell/audit.ts'
import { openClickHouse } from '../../shell/connections.ts'
import { toJsonLine } from '../../shell/json.ts'
import type { ExitStatus, Terminal } from '../../shell/terminal.ts'
import { timeArgument } from '../../shell/time-argument.ts'
import { createSubjectHash } from '../receipt.ts'
import { findLetters, noLetters } from './find-letters.ts'
import { gatherAccess, isAnythingHeld } from './gather-access.ts'
import { accessPage } from './page/page.ts'
import { printAccess } from './print-access.ts'
import { masterKeysOf } from '../../shell/master-keys.ts'
import { openKeptValues } from './open-kept.ts'
import { progressBar } from '../../shell/progress-bar.ts'

export interface AccessArguments {
  readonly who: string
  readonly asOf: string | null
  readonly phoneRegion: string | null
  readonly eventsMax: number
  readonly skip: number
  readonly linksMax: number
  readonly page: string | null
  readonly reason: string
  readonly by: string | null
  readonly json: boolean
}

/** Reads of whole tables may take that long. */
const requestTimeoutMs = 30 * 60_000

/** `tributary privacy access`. Exit 1: nothing is held of whoever was asked for. */
export const runAccess = async (terminal: Terminal, asked: AccessArguments): Promise<ExitStatus> =>
  audited(terminal, { command: 'privacy access', ...asked }, async (trail) =>
    access(terminal, asked, trail),
  )

async function access(
  terminal: Terminal,
  asked: AccessArguments,
  trail: AuditTrail,
): Promise<ExitStatus> {
  const who = parseWho(asked.who)
  const at = asked.asOf === null ? null : timeArgument(asked.asOf, '--as-of', terminal.now())
  const region = phoneRegionOf(asked.phoneRegion)
  await using identity = await openIdentity(terminal)
  requireReason(identity.inForce, asked.reason)
  const { key, retired } = await identity.servingKey()
  // Whoever names the person among the events of others is looked for in all of them.
  const clickhouse = openClickHouse(terminal, { requestTimeoutMs })
  await using open = new AsyncDisposableStack()
  open.defer(async () => clickhouse.close())
  const screen = createScreen(identity.inForce)
  const named = await resolveWho(
    clickhouse,
    who,
    pseudonymiser(async () => identity.servingKey(), region, screen),
  )
  using events = progressBar(terminal, 'events')
  using letters = progressBar(terminal, 'dead letters')
  const reader = {
    sealer: createRingSealer({ key, retired, purpose: 'dead-letter' }),
    pseudonymiser: createPseudonymiser(key.bytes),
    screen,
    region,
  }
  const masters = await masterKeysOf(terminal, identity)
  const sources = { ...identity.sources, clickhouse }
  const view = await gatherAccess(
    { ...identity, sources },
    {
      named,
      at,
      madeAt: terminal.now(),
      events: { limit: asked.eventsMax, skip: asked.skip },
      linksMax: asked.linksMax,
      progress: events.at,
      kept: async (fragments) =>
        openKeptValues(
          sources.reader,
          topicName(identity.prefix, 'privacy.keys'),
          masters,
          fragments,
        ),
      letters: async (fragments) =>
        at !== null ? noLetters : findLetters(clickhouse, reader, fragments, letters.at),
    },
  )
  // Written down before anything is shown: what can't be, is not shown.
  trail.about([createSubjectHash(key)(named.fragment)])
  trail.add({
    events: view.events.list.length,
    form: asked.page === null ? (asked.json ? 'json' : 'counts') : 'page',
  })
  await trail.save()
  if (asked.page !== null) await writePrivately(terminal.cwd, asked.page, accessPage(view))
  terminal.stdout.write(asked.json ? toJsonLine(view) : printAccess(view, asked.page))
  return isAnythingHeld(view) ? 0 : 1
}
