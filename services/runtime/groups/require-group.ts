import { TributaryError } from '../errors/index.ts'
import { groupSize, groupSizeText } from './group-size.ts'

/** An exception that is about to be made. It says how small the group may be, not how small it is. */
export interface SmallGroupException {
  readonly sizeBelow: number
  /** In the words of whoever makes it. */
  readonly reason: string
}

export interface GroupGuard {
  /** What `--allow-small-group` was given: the reason; null: no exception. */
  readonly override: string | null
  /** Writes the exception down. When that fails nothing may be shown. */
  readonly record: (exception: SmallGroupException) => Promise<void>
}

/**
 * To be awaited before people, or the size of a group of them, leave: a group below the minimum goes nowhere, unless somebody says why and that is
 * written down first.
 * @throws TributaryError `TRB_GROUP_TOO_SMALL`; `TRB_USAGE` for an exception without a reason.
 */
export async function requireGroup(
  size: number,
  minimum: number,
  { override, record }: GroupGuard,
): Promise<void> {
  const group = groupSize(size, minimum)
  if (group.kind === 'shown') return
  if (override === null)
    throw new TributaryError(
      'TRB_GROUP_TOO_SMALL',
      `these are ${groupSizeText(group)} people, too few not to single somebody out`,
    )
  const reason = override.trim()
  if (reason === '')
    throw new TributaryError('TRB_USAGE', '--allow-small-group needs a reason, in words')
  await record({ sizeBelow: group.below, reason })
}
