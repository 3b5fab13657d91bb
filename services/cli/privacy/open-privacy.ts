import { isPhoneRegion } from '#runtime/channel/core/identifiers/phone.ts'
import { createScreen } from '#runtime/channel/shell/create-normaliser.ts'
import type { FragmentId } from '#runtime/event/ids.ts'
import { createRingSealer, type InstallationKey } from '#runtime/keys/index.ts'
import { createPseudonymiser } from '#runtime/pseudonym/pseudonym.ts'
import { topicName } from '#schemas/topics.ts'
import { openIdentity, type OpenIdentity } from '../identity/open-identity.ts'
import { readStateConfig } from '../shell/configuration.ts'
import type { Terminal } from '../shell/terminal.ts'
import { type Bound, readBound, statePart } from './bound.ts'
import { type Databases, openDatabases } from './databases.ts'
import { type Erasure, readErasures } from './erasures.ts'
import type { LetterReader } from './letters/letter-reader.ts'
import { readSourceTopics } from './places/source-topics.ts'
import { readTableBound } from './places/tables.ts'
import { createSubjectHash } from './receipt.ts'

/** What erasures, sweeps and proofs work with. */
export interface OpenPrivacy extends AsyncDisposable {
  readonly identity: OpenIdentity
  readonly databases: Databases
  readonly key: InstallationKey
  readonly subject: (id: FragmentId) => string
  readonly letters: LetterReader
  /** null: not set here. */
  readonly checkpointDir: string | null
  /** To whoever waits. */
  readonly say: (line: string) => void
  erasures(): Promise<ReadonlyMap<FragmentId, Erasure>>
  bound(): Promise<Bound>
}

export async function openPrivacy(
  terminal: Terminal,
  phoneRegion: string | null = null,
): Promise<OpenPrivacy> {
  await using opening = new AsyncDisposableStack()
  const identity = opening.use(await openIdentity(terminal))
  const { key, retired } = await identity.servingKey()
  const databases = opening.use(await openDatabases(terminal))
  const { checkpointDir, rewriteAfterMs } = readStateConfig(terminal)
  const { admin, inForce, prefix, serving, sources } = identity
  const letters: LetterReader = {
    sealer: createRingSealer({ key, retired, purpose: 'dead-letter' }),
    pseudonymiser: createPseudonymiser(key.bytes),
    screen: createScreen(inForce),
    region: phoneRegion !== null && isPhoneRegion(phoneRegion) ? phoneRegion : null,
  }
  const subject = createSubjectHash(key)
  const open = opening.move()
  return {
    identity,
    databases,
    key,
    subject,
    letters,
    checkpointDir,
    say: (line) => void terminal.stderr.write(line),
    erasures: async () => readErasures(sources.reader, topicName(prefix, 'identity.suppressions')),
    bound: async () =>
      readBound(
        admin,
        prefix,
        serving.generation,
        [...(await readTableBound(databases.base)), statePart(rewriteAfterMs)],
        await readSourceTopics(identity),
      ),
    [Symbol.asyncDispose]: async () => open.disposeAsync(),
  }
}
