import { randomBytes } from 'node:crypto'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { createInstallationKey, loadKeyRing } from '#runtime/keys/index.ts'
import { readKeyConfig } from '../../shell/configuration.ts'
import { toJsonLine } from '../../shell/json.ts'
import { progressBar } from '../../shell/progress-bar.ts'
import type { ExitStatus, Terminal } from '../../shell/terminal.ts'
import type { RebuildConnections } from '../shell/connections.ts'
import { createOldGeneration } from '../shell/old-generation.ts'
import { createCarrying } from './carry.ts'
import { openRaw } from './open-raw.ts'
import {
  eventsView,
  type NewKeyPlan,
  printNewKeyPlan,
  topicViews,
  wordsView,
} from './plan-new-key.ts'
import { keyInForce, refuseSame } from './rebuild-keys.ts'
import { rawTopics } from './shell/raw-partitions.ts'

/** `tributary rebuild --new-key --dry-run`: reads everything that it would be made of, and changes nothing. */
export async function runNewKeyDryRun(
  terminal: Terminal,
  connections: RebuildConnections,
  definition: CompiledDefinition,
  json: boolean,
): Promise<ExitStatus> {
  const { admin, clickhouse, prefix } = connections
  const { live } = await connections.read()
  const inForce = await keyInForce(terminal, connections, live.generation)
  const { next } = loadKeyRing(readKeyConfig(terminal))
  if (next !== null) refuseSame(inForce, next)
  // Without a next key yet, one that nobody ever sees again: which identifiers are met does not depend on it.
  const stand = next ?? createInstallationKey(randomBytes(32))
  const keys = { inForce, next: stand, all: [inForce] }
  await using open = await openRaw(terminal, connections, { definition, ...live, keys })
  const old = createOldGeneration(connections, live)
  using bar = progressBar(terminal, 'raw records')
  const topics = await rawTopics(admin, definition.definition, prefix)
  const { committed } = await open.raw.look()
  const { committed: links } = await old.identity()
  const carried = await createCarrying(old, open.raw, bar.at).upTo(committed, links[0] ?? 0)
  const plan: NewKeyPlan = {
    key_in_force: inForce.id,
    next_key: next?.id ?? null,
    topics: await topicViews(admin, topics),
    events: await eventsView(clickhouse, topics),
    ...wordsView(carried),
  }
  terminal.stdout.write(json ? toJsonLine(plan) : printNewKeyPlan(plan))
  return 0
}
