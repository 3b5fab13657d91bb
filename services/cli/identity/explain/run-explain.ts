import { createScreen } from '#runtime/channel/shell/create-normaliser.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { parseWho } from '../../profile/parse-who.ts'
import { pseudonymiser } from '../../profile/pseudonymiser.ts'
import { subjectOf } from '../../profile/subject-of.ts'
import { type AuditTrail, audited } from '../../shell/audit.ts'
import { toJsonLine } from '../../shell/json.ts'
import type { ExitStatus, Terminal } from '../../shell/terminal.ts'
import { openIdentity } from '../open-identity.ts'
import { differences, storedProfiles } from '../refold/compare-stored.ts'
import { loadEvidence } from '../refold/load.ts'
import { type NamedFragment, resolveWho } from '../resolve-who.ts'
import { explain } from './explain.ts'
import { printExplanation } from './print-explanation.ts'
import { namedBy } from './views.ts'

export interface ExplainArguments {
  /** One or two. */
  readonly who: readonly string[]
  readonly phoneRegion: string | null
  readonly linksMax: number
  readonly reason: string
  /** null: the account of this process. */
  readonly by: string | null
  readonly json: boolean
}

/** Exit 1: they are not one person, or nothing is known of whoever was asked for. */
export const runExplain = async (
  terminal: Terminal,
  asked: ExplainArguments,
): Promise<ExitStatus> =>
  audited(terminal, { command: 'identity explain', ...asked }, async (trail) =>
    explainTo(terminal, asked, trail),
  )

async function explainTo(
  terminal: Terminal,
  asked: ExplainArguments,
  trail: AuditTrail,
): Promise<ExitStatus> {
  const who = asked.who.map(parseWho)
  await using identity = await openIdentity(terminal)
  const { sources, inForce } = identity
  const { clickhouse } = sources
  const pseudonymise = pseudonymiser(identity.servingKey, asked.phoneRegion, createScreen(inForce))
  const named: NamedFragment[] = []
  for (const one of who) named.push(await resolveWho(clickhouse, one, pseudonymise))
  const fragments = named.map(({ fragment }) => fragment)
  trail.about(await subjectOf(terminal, fragments))
  const loaded = await loadEvidence(sources, inForce, fragments, asked.linksMax)
  const inRecords = new Set(loaded.closure.records.flatMap(namedBy))
  const stored = await storedProfiles(clickhouse, fragments)
  const people = named.map((one) => ({
    ...one,
    isKnown: inRecords.has(one.fragment) || stored.has(one.fragment),
  }))
  if (people.every(({ isKnown }) => !isKnown)) throw unknown(named)
  const view = await explain({
    asked: people,
    ...loaded,
    differing: async (refolded, members) =>
      differences(refolded, members, await storedProfiles(clickhouse, members)),
  })
  terminal.stdout.write(asked.json ? toJsonLine(view) : printExplanation(view))
  return view.one_person === false ? 1 : 0
}

function unknown(named: readonly NamedFragment[]): TributaryError {
  const blocked = named.find((one) => one.blocked !== null)?.blocked ?? null
  return blocked === null
    ? new TributaryError('TRB_NOT_FOUND', 'nothing is known of whoever was asked for', {
        hint: 'No event with it has arrived, or it was erased, or the installation key here is not that of the services.',
      })
    : new TributaryError('TRB_NOT_FOUND', `this is no evidence of a person: rule ${blocked}`)
}
