import { isTributaryError } from '#runtime/errors/index.ts'
import type { FragmentId } from '#runtime/event/ids.ts'
import { keysOf, loadKeyRing } from '#runtime/keys/index.ts'
import { createSubjectHash } from '../privacy/receipt.ts'
import { readKeyConfig } from '../shell/configuration.ts'
import { servingKeyIfKnown } from '../shell/serving-key.ts'
import type { Terminal } from '../shell/terminal.ts'

/** Identifiers as `audit_log` names them. Where the installation key is not at hand nobody is named: only a keyed hash may be. */
export async function subjectOf(
  terminal: Terminal,
  pseudonyms: readonly string[],
): Promise<readonly string[]> {
  try {
    const ring = loadKeyRing(readKeyConfig(terminal))
    // Several are given while a new key takes over: which one counts is recorded.
    const key = keysOf(ring).length === 1 ? ring.current : (await servingKeyIfKnown(terminal)).key
    const hash = createSubjectHash(key)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as it is stored
    return pseudonyms.map((pseudonym) => hash(pseudonym as FragmentId))
  } catch (error) {
    if (isTributaryError(error, 'TRB_CONFIG_INVALID') || isTributaryError(error, 'TRB_KEY_INVALID'))
      return []
    throw error
  }
}
