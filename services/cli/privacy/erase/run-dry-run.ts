import { epochMs } from '#runtime/event/ids.ts'
import { toJsonLine } from '../../shell/json.ts'
import type { ExitStatus, Terminal } from '../../shell/terminal.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { findLetters } from '../letters/sweep-letters.ts'
import type { OpenPrivacy } from '../open-privacy.ts'
import { wholeLives } from '../sweep/lives.ts'
import { countHeld } from '../sweep/sweep-database.ts'
import { findPersonNow } from './find-person.ts'
import { printDryRun } from './print-erase.ts'

export interface DryRunArguments {
  readonly who: string | null
  readonly phoneRegion: string | null
  readonly json: boolean
}

/** What an erasure would find: counts, no content. Sends nothing. */
export async function runDryRun(
  terminal: Terminal,
  privacy: OpenPrivacy,
  { json, phoneRegion, who }: DryRunArguments,
): Promise<ExitStatus> {
  if (who === null) throw new TributaryError('TRB_USAGE', 'say who would be erased')
  const { fragments, isKnown } = await findPersonNow(privacy.identity, who, phoneRegion)
  const bound = await privacy.bound()
  const databases: Record<string, object> = {}
  for (const database of privacy.databases.all)
    databases[database.database] = await countHeld(database, fragments)
  const lives = wholeLives(fragments)
  const letters = await findLetters(privacy.databases.base, lives, privacy.letters)
  const view = {
    dry_run: true,
    as_of: epochMs(terminal.now().getTime()),
    known: isKnown,
    identifiers: fragments,
    tables: databases,
    dead_letters: {
      read: letters.read,
      closed: letters.closed,
      partly: letters.partly,
      letters: letters.letters,
      replays: letters.replays,
    },
    bound_days: bound.days,
    bound: bound.parts,
    company_topics: bound.company,
  }
  terminal.stdout.write(
    json
      ? toJsonLine({ ...view, as_of: terminal.now() })
      : printDryRun(isKnown ? fragments.length : 0, databases, letters, bound),
  )
  return 0
}
