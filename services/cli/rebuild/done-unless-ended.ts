/**
 * Does the work, unless one of `ends` ends it first. What was done all the same when it ends counts: started again, the command would build one more
 * generation.
 */
export async function doneUnlessEnded(
  work: Promise<unknown>,
  ends: readonly Promise<never>[],
  stopping: AbortController,
): Promise<void> {
  try {
    await Promise.race([work, ...ends])
  } catch (error) {
    // The work ends at its next look; what it is in the middle of needs its connections until then.
    stopping.abort()
    const isDone = await work.then(
      () => true,
      () => false,
    )
    if (!isDone) throw error
  }
}
