import { TributaryError } from '#runtime/errors/index.ts'

/** How somebody waits for services that work on what was sent to them. */
export interface Waiting {
  /** By `now`. */
  readonly deadline: number
  /** Monotonic, milliseconds. */
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
}

const pauseMs = 100

/**
 * Looks again and again until there is something to see: anything but null.
 * @throws TributaryError `TRB_DEPENDENCY_UNAVAILABLE` with what is waited for, when the time is over.
 */
export async function waitUntil<T>(
  { deadline, now, sleep }: Waiting,
  late: { readonly message: string; readonly hint: string },
  look: () => Promise<T | null>,
): Promise<T> {
  for (;;) {
    const seen = await look()
    if (seen !== null) return seen
    if (now() > deadline)
      throw new TributaryError('TRB_DEPENDENCY_UNAVAILABLE', late.message, { hint: late.hint })
    await sleep(pauseMs)
  }
}
