import { asError, isTributaryError } from '#runtime/errors/index.ts'
import type { RegistryClient } from '#runtime/registry/index.ts'
import type { NameSchema } from './assess.ts'

/** A registry that is well answers in milliseconds. */
const patienceMs = 2_000

/**
 * Subjects and versions of schema ids. A registry that is not there leaves ids without names; `say` hears of it, and of a wait that is long.
 * @throws whatever else it fails with.
 */
export async function schemaNames(
  open: () => Pick<RegistryClient, 'versionsOf'>,
  ids: readonly number[],
  say: (line: string) => void,
  sayAfterMs = patienceMs,
): Promise<NameSchema> {
  const names = new Map<number, { subject: string; version: number }>()
  if (ids.length === 0) return () => undefined
  const timer = setTimeout(() => {
    say('waiting for the schema registry, which knows the names of schemas\n')
  }, sayAfterMs)
  try {
    const registry = open()
    for (const id of new Set(ids)) {
      const [newest] = (await registry.versionsOf(id)).toReversed()
      if (newest !== undefined) names.set(id, newest)
    }
  } catch (error) {
    if (
      !isTributaryError(error, 'TRB_REGISTRY_UNAVAILABLE') &&
      !isTributaryError(error, 'TRB_CONFIG_INVALID')
    )
      throw error
    say(`schemas are shown by their ids alone: ${asError(error).message}\n`)
  } finally {
    clearTimeout(timer)
  }
  return (id) => names.get(id)
}
