import { isTributaryError } from '../errors/index.ts'

const endings: ReadonlySet<string> = new Set(['TRB_PRODUCER_DEAD', 'TRB_SINK_CLOSED'])

/**
 * Whether waiting may cure it, in this very process. Not so a producer that can't tell what was written, nor a sink that closes:
 * both need a new process, or have one.
 */
export const isPassing = (error: unknown): boolean =>
  isTributaryError(error) && error.retriable && !endings.has(error.code)

/** The same for a member of a group, whose topics were there when it joined: one that is gone may be made anew, and ends nobody who reads others. */
export const isPassingInGroup = (error: unknown): boolean =>
  isPassing(error) || isTributaryError(error, 'TRB_TOPIC_MISSING')
