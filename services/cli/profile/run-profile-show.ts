import { isPhoneRegion } from '#runtime/channel/core/identifiers/phone.ts'
import type { IdentifierScreen } from '#runtime/channel/core/identifiers/screen.ts'
import { createScreen } from '#runtime/channel/shell/create-normaliser.ts'
import { identitySchema } from '#runtime/definition/schema.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { loadInstallationKey } from '#runtime/keys/index.ts'
import { createPseudonymiser } from '#runtime/pseudonym/pseudonym.ts'
import { readIdentityPart } from '../identity/read-policy.ts'
import { readKeyConfig } from '../shell/configuration.ts'
import { openClickHouse } from '../shell/connections.ts'
import { toJsonLine } from '../shell/json.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'
import { timeArgument } from '../shell/time-argument.ts'
import { findPerson, type Pseudonymise } from './find-person.ts'
import { parseWho } from './parse-who.ts'
import { printProfile } from './print-profile.ts'

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

/** As the channels do it, so that the same value meets the same fragment. The key is read only when a value in clear was given. */
function pseudonymiser(
  terminal: Terminal,
  region: string | null,
  screen: IdentifierScreen,
): Pseudonymise {
  return (type, value) => {
    if (region !== null && !isPhoneRegion(region)) {
      throw new TributaryError('TRB_USAGE', `${region} is no country`, {
        hint: 'Two letters of ISO 3166, such as DE.',
      })
    }
    const normalised = screen.normalise(type, value, region)
    const pseudonyms = createPseudonymiser(loadInstallationKey(readKeyConfig(terminal)).bytes)
    return {
      fragmentId: pseudonyms.fragmentId(type, normalised.value),
      blocked: normalised.blocked,
    }
  }
}
