import type { ProfileId } from '#runtime/event/ids.ts'
import type { FoldContext } from './context.ts'
import { armExpiry, askIfSilent } from './ask-expiry.ts'
import { touch } from './touch.ts'

/** Timers fired, or profiles visited by a cursor, per message at most: one message never costs a partition. */
export const slicePerMessage = 1000

/** Fires what is due by the clock, in (due, profile) order. The rest waits for the next messages. */
export function fireDueTimers(context: FoldContext): void {
  const { state } = context
  for (let fired = 0; fired < slicePerMessage; fired++) {
    const timer = state.nextTimer()
    if (timer === undefined || timer.due > state.meta.clock) return
    fire(context, timer.profile)
  }
}

/** Brings one profile up to the present before something new happens to it: its due timers, then a rule change it has not met. */
export function settle(context: FoldContext, id: ProfileId): void {
  const { state } = context
  for (let fired = 0; fired < slicePerMessage; fired++) {
    const timer = state.profile(id)?.timer
    if (timer === undefined || timer === null || timer > state.meta.clock) break
    fire(context, id)
  }
  if (!awaitsCursor(context, id) || state.profile(id) === undefined) return
  touch(context, id, null, { cause: 'define', at: state.meta.clock, changed: null, anew: false })
}

function fire(context: FoldContext, id: ProfileId): void {
  const at = context.state.profile(id)?.timer
  if (at === undefined || at === null) return
  context.state.meta.counters.timersFired++
  const cause = awaitsCursor(context, id) ? 'define' : 'timer'
  askIfSilent(context, id, at)
  touch(context, id, null, { cause, at, changed: null, anew: false })
}

/** True while a new definition's cursor has not come to this profile. */
function awaitsCursor(context: FoldContext, id: ProfileId): boolean {
  const { cursor } = context.state.meta
  return (
    cursor !== null && cursor.only === undefined && (cursor.after === null || id > cursor.after)
  )
}

/** Moves the cursor of the last Define on by one slice. */
export function advanceCursor(context: FoldContext): void {
  const { state } = context
  const { cursor } = state.meta
  if (cursor === null) return
  const slice = state.profilesAfter(cursor.after, slicePerMessage)
  for (const id of slice)
    if (cursor.only === 'expiry') armExpiry(context, id)
    else settle(context, id)
  const last = slice.at(-1)
  state.meta.cursor =
    last === undefined || slice.length < slicePerMessage ? null : { ...cursor, after: last }
}
