import { createScreen } from '#runtime/channel/shell/create-normaliser.ts'
import { createSealer, loadInstallationKey } from '#runtime/keys/index.ts'
import { openIdentity } from '../../identity/open-identity.ts'
import { resolveWho } from '../../identity/resolve-who.ts'
import { parseWho, type Who } from '../../profile/parse-who.ts'
import { pseudonymiser } from '../../profile/pseudonymiser.ts'
import { readKeyConfig } from '../../shell/configuration.ts'
import { toJsonLine } from '../../shell/json.ts'
import type { ExitStatus, Terminal } from '../../shell/terminal.ts'
import { timeArgument } from '../../shell/time-argument.ts'
import type { HeldLetters } from './access-view.ts'
import { findLetters, lettersOpenedMax, noLetters } from './find-letters.ts'
import { gatherAccess, isAnythingHeld } from './gather-access.ts'
import { accessPage } from './page/page.ts'
import { printAccess } from './print-access.ts'
import { progressBar } from './progress-bar.ts'
import { writePrivately } from './write-page.ts'

export interface AccessArguments {
  readonly who: string
  readonly asOf: string | null
  readonly phoneRegion: string | null
  readonly eventsMax: number
  readonly skip: number
  readonly linksMax: number
  readonly page: string | null
  readonly json: boolean
}

/** `tributary privacy access`. Exit 1: nothing is held of whoever was asked for. */
export async function runAccess(terminal: Terminal, asked: AccessArguments): Promise<ExitStatus> {
  const who = parseWho(asked.who)
  const at = asked.asOf === null ? null : timeArgument(asked.asOf, '--as-of', terminal.now())
  await using identity = await openIdentity(terminal)
  const { clickhouse } = identity.sources
  const pseudonymise = pseudonymiser(terminal, asked.phoneRegion, createScreen(identity.inForce))
  const named = await resolveWho(clickhouse, who, pseudonymise)
  using events = progressBar(terminal, 'events')
  const view = await gatherAccess(identity, {
    named,
    at,
    madeAt: terminal.now(),
    events: { limit: asked.eventsMax, skip: asked.skip },
    linksMax: asked.linksMax,
    progress: events.at,
    letters: async () => {
      if (who.kind !== 'value' || at !== null) return noLetters
      return lettersWith(terminal, identity.sources, who)
    },
  })
  if (asked.page !== null) await writePrivately(terminal.cwd, asked.page, accessPage(view))
  terminal.stdout.write(asked.json ? toJsonLine(view) : printAccess(view, asked.page))
  return isAnythingHeld(view) ? 0 : 1
}

async function lettersWith(
  terminal: Terminal,
  { clickhouse }: Parameters<typeof gatherAccess>[0]['sources'],
  { value }: Extract<Who, { kind: 'value' }>,
): Promise<HeldLetters> {
  const key = loadInstallationKey(readKeyConfig(terminal))
  using letters = progressBar(terminal, 'dead letters at most')
  return await findLetters(
    clickhouse,
    createSealer({ key, purpose: 'dead-letter' }),
    [value.trim()],
    (opened) => letters.at(opened, lettersOpenedMax),
  )
}
