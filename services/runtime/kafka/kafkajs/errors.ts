import { asError, type ErrorContext, isTributaryError, TributaryError } from '../../errors/index.ts'
import { kafkajs } from './patched.ts'

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

const refusals: ReadonlySet<string> = new Set([
  'SASL_AUTHENTICATION_FAILED',
  'UNSUPPORTED_SASL_MECHANISM',
  'ILLEGAL_SASL_STATE',
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
])

const refusalNames: ReadonlySet<string> = new Set([
  'KafkaJSSASLAuthenticationError',
  'KafkaJSServerDoesNotSupportApiKey',
])

/** The brokers are there and will say no again: waiting cures nothing. */
const isRefusal = (error: unknown): boolean =>
  [...causes(error)].some((e) => refusalNames.has(e.name)) ||
  typesOf(error).some((type) => refusals.has(type))

/** The broker does not know the topic. */
export const isTopicGone = (error: unknown): boolean =>
  typesOf(error).includes('UNKNOWN_TOPIC_OR_PARTITION')

/** The broker does not know the topic, or not yet who leads it. */
export const isTopicUnknown = (error: unknown): boolean =>
  isTopicGone(error) || typesOf(error).includes('LEADER_NOT_AVAILABLE')

const leaderMoves: ReadonlySet<string> = new Set([
  'NOT_LEADER_FOR_PARTITION',
  'REPLICA_NOT_AVAILABLE',
  'OFFSET_NOT_AVAILABLE',
])

/**
 * The broker asked does not lead the partition, or not yet: who looks the leader up anew gets an answer soon. (Where metadata names none at
 * all, kafkajs itself looks again.)
 */
export const isLeaderMoving = (error: unknown): boolean =>
  typesOf(error).some((type) => leaderMoves.has(type))

/** GROUP_ID_NOT_FOUND of Kafka's protocol. */
const groupUnknown = 69

/** All groups that could not be deleted do not exist. */
export const isEveryGroupUnknown = (error: unknown): boolean =>
  error instanceof kafkajs.KafkaJSDeleteGroupsError &&
  error.groups.every(({ errorCode }) => errorCode === groupUnknown)

/** NON_EMPTY_GROUP of Kafka's protocol. */
const groupNotEmpty = 68

/** kafkajs asks before it sets offsets, and has no type for the answer. */
const groupHasInstances = 'The consumer group must have no running instances'

const isGroupInUse = (error: unknown): boolean =>
  [...causes(error)].some(
    (e) =>
      e.message.startsWith(groupHasInstances) ||
      (e instanceof kafkajs.KafkaJSDeleteGroupsError &&
        e.groups.some(({ errorCode }) => errorCode === groupNotEmpty)),
  )

/** How Node's TLS fails against somebody who does not speak it. */
const noTls = /before secure TLS connection was established|wrong version number/

/** What is likely wrong where only a socket speaks. */
const likelyCause = (message: string): string =>
  noTls.test(message)
    ? ' (likely a listener without TLS: KAFKA_TLS=false, or the address of the one with it)'
    : ''

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
  if (isGroupInUse(error)) {
    return new TributaryError('TRB_GROUP_IN_USE', `${what}: ${message}`, { context, cause: error })
  }
  if (isRefusal(error)) {
    return new TributaryError('TRB_KAFKA_REFUSED', `${what}: ${message}`, { context, cause: error })
  }
  return new TributaryError('TRB_KAFKA_UNAVAILABLE', `${what}: ${message}${likelyCause(message)}`, {
    context,
    cause: error,
  })
}

/** Makes kafkajs join the group anew, which also finds the coordinator and its connection anew. */
export const joinAnew = (cause: Error): Error =>
  Object.assign(new Error(`joining the group anew: ${cause.message}`, { cause }), {
    type: 'REBALANCE_IN_PROGRESS',
  })

/** Runs work of kafkajs; what it throws is thrown under our codes. */
export async function guarded<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw kafkaError(what, error)
  }
}
