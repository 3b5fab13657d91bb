import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { JoinedGeneration } from './join.ts'

const stateName = /^generation-(\d+)$/

/**
 * Removes states of generations that were replaced and dropped: no log is left that they could go on with.
 * Returns the names of the directories that were removed.
 */
export async function removeReplacedStates(
  directory: string,
  { generation, previous }: Pick<JoinedGeneration, 'generation' | 'previous'>,
): Promise<readonly string[]> {
  if (generation.building) return []
  const replaced = (await namesIn(directory)).filter((name) => {
    const number = stateName.exec(name)?.[1]
    return number !== undefined && Number(number) < generation.number && Number(number) !== previous
  })
  for (const name of replaced) await rm(join(directory, name), { recursive: true, force: true })
  return replaced
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory)
  } catch {
    // A first start has no state yet.
    return []
  }
}
