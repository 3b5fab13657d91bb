import { TributaryError } from '../../errors/index.ts'
import type { Admin } from '../../kafka/ports.ts'

/**
 * Whether every partition of `profile.log` has its first record, which is a Define: `deploy` writes them all before anything else may.
 * An event that came before it would meet no rules, and its partition could not go on.
 * @throws TributaryError TRB_DEPENDENCY_UNAVAILABLE (retriable) while some partition is empty.
 */
export async function checkDefined(
  admin: Pick<Admin, 'offsets'>,
  profileLog: string,
): Promise<void> {
  const ranges = await admin.offsets(profileLog)
  const empty = [...ranges].filter(([, { high }]) => high === 0).map(([partition]) => partition)
  if (empty.length === 0) return
  throw new TributaryError(
    'TRB_DEPENDENCY_UNAVAILABLE',
    `no definition has reached partition ${empty.join(', ')} of ${profileLog} yet`,
    { hint: 'tributary deploy infra/pipeline.yaml' },
  )
}
