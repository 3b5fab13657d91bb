import { deletedProfileRow, profileRow } from '../rows/profile-row.ts'
import { newProfile } from '../state.ts'
import { definitionInForce, type FoldContext } from './context.ts'
import { type Member, memberContents, sumMembers } from './members-of.ts'

/**
 * Makes the rows of all profiles that were touched, from the state as it is, with the version of the last touch: nothing changed a
 * profile since, so the same version always means the same row, whatever the flush cadence.
 */
export function finishRows(context: FoldContext): void {
  const { flush, state } = context
  flush.touched.forEach(({ version, at }, id) => {
    const definition = definitionInForce(context)
    const members = memberContents(context, id, state.profile(id) ?? newProfile())
    const base = { profile: id, version, at, definition }
    flush.rows.profiles.push(
      members.length === 0
        ? deletedProfileRow(base)
        : profileRow({
            ...base,
            members: members.map(fragmentOf),
            summed: sumMembers(members, definition),
          }),
    )
  })
  flush.touched.clear()
  for (const row of flush.memberships.values()) flush.rows.segment_memberships.push(row)
  flush.memberships.clear()
}

const fragmentOf = ([fragment]: Member): Member[0] => fragment
