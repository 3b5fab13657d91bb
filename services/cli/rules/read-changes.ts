import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { isTributaryError } from '#runtime/errors/index.ts'
import { definitionVersion } from '#runtime/event/ids.ts'
import type { PartitionReader } from '#runtime/kafka/ports.ts'
import { readWhole } from '#runtime/kafka/read-whole.ts'
import { decodeDefinition } from '#runtime/log/definitions-record.ts'
import type { RuleChange } from './facts.ts'

/** Deployed files that are looked back through: years of them. */
export const definitionsMax = 500

interface Deployed extends RuleChange {
  readonly hashes: ReadonlyMap<string, string>
}

/**
 * Since when each segment has the rule by which a generation works: the first of its files, counted back from the newest, that gave it the same meaning.
 * A file that this build can't read ends the look back.
 */
export async function readChanges(
  reader: PartitionReader,
  topic: string,
  generation: number,
): Promise<ReadonlyMap<string, RuleChange & { readonly hash: string }>> {
  const contents: { version: number; at: string; by: string; content: string }[] = []
  for await (const { offset, value } of readWhole(reader, topic)) {
    if (value === null) continue
    const { content, deployedAt, deployedBy, generation: first } = decodeDefinition(value)
    if (first > generation) continue
    const at = new Date(deployedAt).toISOString()
    contents.push({ version: Number(offset), at, by: deployedBy, content })
    if (contents.length > definitionsMax) contents.shift()
  }
  const changes = new Map<string, RuleChange & { hash: string }>()
  const settled = new Set<string>()
  for (const [index, { at, by, content, version }] of contents.toReversed().entries()) {
    const deployed = compiled(content, { at, by, version })
    if (deployed === null) break
    for (const [name, hash] of deployed.hashes) {
      if (settled.has(name) || (index > 0 && !changes.has(name))) continue
      if (index > 0 && changes.get(name)?.hash !== hash) settled.add(name)
      else changes.set(name, { version, at, by, hash })
    }
    for (const name of changes.keys()) if (!deployed.hashes.has(name)) settled.add(name)
    if (settled.size === changes.size) break
  }
  return changes
}

function compiled(content: string, change: RuleChange): Deployed | null {
  try {
    const { segments } = loadDefinition(content, definitionVersion(change.version))
    return { ...change, hashes: new Map(segments.map(({ name, ruleHash }) => [name, ruleHash])) }
  } catch (error) {
    if (isTributaryError(error, 'TRB_DEFINITION_INVALID')) return null
    throw error
  }
}
