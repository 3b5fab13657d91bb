/** Whether one more round of what came meanwhile is worth it; `events` is what the round before had. */
export type Rounds = (events: number) => boolean

/**
 * Rounds go on until one has fewer events than `closeEvents`: then the channels pause for what is left. Each round has what came during the
 * one before, so that under a flow that is as fast as the feed none of them ever is that small: as soon as one has no fewer events than the
 * one before it, the next would be no better, and the pause has to be as long as a round. The first one has all that ever came before, and
 * says nothing of that.
 */
export function createRounds(closeEvents: number): Rounds {
  let [count, before] = [0, Number.POSITIVE_INFINITY]
  return (events) => {
    count += 1
    const isGrowing = count > 2 && events >= before
    before = events
    return events >= closeEvents && !isGrowing
  }
}
