import { asError, exitCodeOf, isTributaryError, TributaryError } from '#runtime/errors/index.ts'
import type { Fact } from './finding.ts'

const unreachableExit = 3

/** Reads one thing within its own time. Whatever goes wrong becomes the reason why it is not known; nothing is thrown. */
export async function readFact<T>(
  what: string,
  timeoutMs: number,
  work: () => Promise<T>,
): Promise<Fact<T>> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    late.reject(
      new TributaryError(
        'TRB_DEPENDENCY_UNAVAILABLE',
        `${what}: no answer within ${timeoutMs / 1000} s`,
        { hint: 'See that it runs and is not overloaded; --timeout SECONDS gives it more time.' },
      ),
    )
  }, timeoutMs)
  try {
    return { read: true, value: await Promise.race([work(), late.promise]) }
  } catch (error) {
    return unread(error)
  } finally {
    clearTimeout(timer)
  }
}

/** Why something is not known. */
export function unread(error: unknown): Extract<Fact<never>, { read: false }> {
  const { message } = asError(error)
  const kind = isTributaryError(error, 'TRB_CONFIG_INVALID')
    ? 'configuration'
    : exitCodeOf(error) === unreachableExit
      ? 'unreachable'
      : 'refused'
  const fix = isTributaryError(error)
    ? error.hint
    : 'This is a fault of doctor: report it, with the message.'
  return { read: false, kind, why: message, fix }
}
