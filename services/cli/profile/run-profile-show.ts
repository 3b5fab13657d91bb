import { createScreen } from '#runtime/channel/shell/create-normaliser.ts'
import { identitySchema } from '#runtime/definition/schema.ts'
import { hideSealed } from '#runtime/keys/data-keys/index.ts'
import { readIdentityPart } from '../identity/read-policy.ts'
import { type AuditTrail, audited } from '../shell/audit.ts'
import { openClickHouse } from '../shell/connections.ts'
import { toJsonLine } from '../shell/json.ts'
import { servingKeyIfKnown } from '../shell/serving-key.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'
import { timeArgument } from '../shell/time-argument.ts'
import { findPerson } from './find-person.ts'
import { parseWho } from './parse-who.ts'
import { printProfile } from './print-profile.ts'
import { pseudonymiser } from './pseudonymiser.ts'
import { subjectOf } from './subject-of.ts'

export interface ProfileShowArguments {
  readonly who: string
  readonly asOf: string | null
  readonly phoneRegion: string | null
  /** Whose spellings of addresses and blocked values hold; null: the defaults. */
  readonly pipelineFile: string | null
  readonly reason: string
  /** null: the account of this process. */
  readonly by: string | null
  readonly json: boolean
}

/** `tributary profile show`. Who looks is written down, or does not look. */
export const runProfileShow = async (
  terminal: Terminal,
  asked: ProfileShowArguments,
): Promise<ExitStatus> =>
  audited(terminal, { command: 'profile show', ...asked }, async (trail) =>
    show(terminal, asked, trail),
  )

async function show(
  terminal: Terminal,
  asked: ProfileShowArguments,
  trail: AuditTrail,
): Promise<ExitStatus> {
  const who = parseWho(asked.who)
  const at = asked.asOf === null ? null : timeArgument(asked.asOf, '--as-of', terminal.now())
  const identity =
    asked.pipelineFile === null
      ? identitySchema.parse({})
      : await readIdentityPart(asked.pipelineFile)
  const clickhouse = openClickHouse(terminal)
  try {
    const profile = await findPerson(
      clickhouse,
      who,
      at,
      pseudonymiser(
        async () => servingKeyIfKnown(terminal),
        asked.phoneRegion,
        createScreen({ identity }),
      ),
    )
    const names = profile.identifiers.map(({ pseudonym, type }) => `${type}:${pseudonym}`)
    trail.about(await subjectOf(terminal, names))
    await trail.save()
    terminal.stdout.write(hideSealed(asked.json ? toJsonLine(profile) : printProfile(profile)))
    return 0
  } finally {
    await clickhouse.close()
  }
}
