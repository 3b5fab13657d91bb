import { createScreen } from '#runtime/channel/shell/create-normaliser.ts'
import { identitySchema } from '#runtime/definition/schema.ts'
import { readIdentityPart } from '../identity/read-policy.ts'
import { openClickHouse } from '../shell/connections.ts'
import { toJsonLine } from '../shell/json.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'
import { timeArgument } from '../shell/time-argument.ts'
import { findPerson } from './find-person.ts'
import { parseWho } from './parse-who.ts'
import { printProfile } from './print-profile.ts'
import { pseudonymiser } from './pseudonymiser.ts'

export interface ProfileShowArguments {
  readonly who: string
  readonly asOf: string | null
  readonly phoneRegion: string | null
  /** Whose spellings of addresses and blocked values hold; null: the defaults. */
  readonly pipelineFile: string | null
  readonly json: boolean
}

export async function runProfileShow(
  terminal: Terminal,
  asked: ProfileShowArguments,
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
      pseudonymiser(terminal, asked.phoneRegion, createScreen({ identity })),
    )
    terminal.stdout.write(asked.json ? toJsonLine(profile) : printProfile(profile))
    return 0
  } finally {
    await clickhouse.close()
  }
}
