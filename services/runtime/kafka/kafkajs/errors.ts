import { asError, type ErrorContext, isTributaryError, TributaryError } from '../../errors/index.ts'

interface KafkajsError extends Error {
  readonly type?: string
}

/** The error and its causes, outermost first. */
function* causes(error: unknown): Generator<KafkajsError> {
  for (let at = error; at instanceof Error; at = at.cause) yield at
}

const typesOf = (error: unknown): readonly string[] =>
  [...causes(error)].flatMap((e) => (e.type === undefined ? [] : [e.type]))

/** The member does not hold its partitions any more. */
export const isAssignmentOver = (error: unknown): boolean =>
  typesOf(error).some((type) => type === 'UNKNOWN_MEMBER_ID' || type === 'ILLEGAL_GENERATION')

export const isRebalance = (error: unknown): boolean =>
  isAssignmentOver(error) || typesOf(error).includes('REBALANCE_IN_PROGRESS')

export const isOffsetOutOfRange = (error: unknown): boolean =>
  [...causes(error)].some((e) => e.name === 'KafkaJSOffsetOutOfRange') ||
  typesOf(error).includes('OFFSET_OUT_OF_RANGE')

/** The broker does not know the topic, or not yet who leads it. */
export const isTopicUnknown = (error: unknown): boolean =>
  typesOf(error).some(
    (type) => type === 'UNKNOWN_TOPIC_OR_PARTITION' || type === 'LEADER_NOT_AVAILABLE',
  )

/** A kafkajs error under our code: says what was tried, keeps the original as cause. */
export function kafkaError(
  what: string,
  error: unknown,
  context: ErrorContext = {},
): TributaryError {
  for (const cause of causes(error)) if (isTributaryError(cause)) return cause
  const types = typesOf(error)
  const { message } = asError(error)
  if (types.includes('UNKNOWN_TOPIC_OR_PARTITION')) {
    return new TributaryError('TRB_TOPIC_MISSING', `${what}: ${message}`, { context, cause: error })
  }
  if (types.includes('MESSAGE_TOO_LARGE')) {
    return new TributaryError('TRB_RECORD_TOO_LARGE', `${what}: ${message}`, {
      context,
      cause: error,
    })
  }
  return new TributaryError('TRB_KAFKA_UNAVAILABLE', `${what}: ${message}`, {
    context,
    cause: error,
  })
}

/** Runs work of kafkajs; what it throws is thrown under our codes. */
export async function guarded<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw kafkaError(what, error)
  }
}
