import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Environment, stopLocalStack } from '../../../infra/local/stack/local-stack.ts'
import { identify } from '../../../infra/local/stack/process-identity.ts'

export const temporaryPrefix = 'tributary-test-stack-'

const ownerFile = 'owner.json'

/** Marks the directory as belonging to this process, so that a later run can tell it is orphaned. */
export function leaveOwner(dir: string): void {
  writeFileSync(join(dir, ownerFile), JSON.stringify(identify(process.pid)))
}

/** Stops stacks whose test run was killed before it could; those of living runs stay. */
export async function sweepAbandoned(environment: Environment): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const dir = join(tmpdir(), name)
    if (!name.startsWith(temporaryPrefix) || !isOrphan(dir)) continue
    await stopLocalStack(dir, environment)
    rmSync(dir, { recursive: true, force: true })
  }
}

function isOrphan(dir: string): boolean {
  try {
    const owner: unknown = JSON.parse(readFileSync(join(dir, ownerFile), 'utf8'))
    if (typeof owner !== 'object' || owner === null) return false
    if (!('pid' in owner) || !('startedAt' in owner)) return false
    return identify(Number(owner.pid))?.startedAt !== owner.startedAt
  } catch {
    return false
  }
}
