import type { TransitionCause } from '#schemas/clickhouse/rows.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import type { DefinitionVersion, EpochMs, FragmentId, ProfileId } from '#runtime/event/ids.ts'
import type { EventKey } from '#runtime/event/ids.ts'
import {
  type Body,
  type Message,
  type Origin,
  originKey,
  type Position,
} from '#runtime/log/messages.ts'
import type { PartitionState } from '../state.ts'
import { addFrameBytes, type OpenFlush, type RejectionReason } from './flush.ts'

export interface FoldDeps {
  readonly state: PartitionState
  readonly generation: number
  readonly partition: number
  /** Partitions of `profile.log`. */
  readonly partitions: number
  /** The compiled definition of a version that a Define in the log named. The shell has read it before the message is folded. */
  definition(version: DefinitionVersion): CompiledDefinition
  birthId(fragment: FragmentId): ProfileId
  partitionOfProfile(profile: ProfileId, partitions: number): number
  partitionOfEvent(key: EventKey, partitions: number): number
  /** A collision-free digest of a text, as text. */
  hash(text: string): string
  /** Whether transitions of this cause are published on `profile.segments`. */
  publishes(cause: TransitionCause): boolean
}

/** A message with its place in the partition's log. */
export interface Input {
  readonly offset: number
  /** Index in the frame. */
  readonly index: number
  /** The record's timestamp, LogAppendTime. */
  readonly timestamp: EpochMs
  /** Time given by a rebuild's feeder instead of the timestamp. */
  readonly logTime: EpochMs | null
  readonly origin: Origin | null
  readonly message: Message
}

/** What the steps of one message share. One object a partition, refilled per message: nothing is allocated for it. */
export interface FoldContext extends FoldDeps {
  readonly selfOrigin: Origin
  flush: OpenFlush
  input: Input
  /** Row version of this message. */
  version: string
  /** Number of the next transition of this message. */
  seq: number
  /** Number of the next effect of this message. */
  effect: number
  /** The last origin with its key: messages of one frame share it. */
  readonly keyOf: { origin: Origin | null; key: string }
  /** The definition in force; null before the first Define. */
  current: CompiledDefinition | null
}

export interface Rejected {
  readonly reason: RejectionReason
  readonly detail: string
}

/** The first message of a partition must be a Define; see the README for who keeps that order. */
export class LogBeforeDefineError extends Error {
  readonly code = 'TRB_LOG_BEFORE_DEFINE'
}

export function definitionInForce(context: FoldContext): CompiledDefinition {
  if (context.current !== null) return context.current
  const { offset, index, message } = context.input
  throw new LogBeforeDefineError(
    `partition ${context.partition} of profile.log has a message of kind "${message.body.kind}" at offset ${offset}, index ${index}, before its first Define`,
  )
}

/** `originKey`, computed once per frame; '' for a Tick. */
export function originKeyOf({ keyOf }: FoldContext, origin: Origin | null): string {
  if (origin === null) return ''
  if (keyOf.origin !== origin) {
    keyOf.origin = origin
    keyOf.key = originKey(origin)
  }
  return keyOf.key
}

export const ownPartition = (context: FoldContext, profile: ProfileId): boolean =>
  context.partitionOfProfile(profile, context.partitions) === context.partition

export function nextEffectPosition(context: FoldContext): Position {
  return [context.input.offset, context.input.index, context.effect++]
}

/** Adds a message for the partition that owns `profile`. */
export function sendToOwner(context: FoldContext, profile: ProfileId, body: Body): void {
  const target = context.partitionOfProfile(profile, context.partitions)
  push(context.flush, target, { position: nextEffectPosition(context), body })
  addFrameBytes(context.flush, target, smallMessageBytes)
}

/** A Leave or an Expire, generously. */
const smallMessageBytes = 256

export function push(flush: OpenFlush, target: number, message: Message): void {
  const messages = flush.frames.get(target)
  if (messages === undefined) flush.frames.set(target, [message])
  else messages.push(message)
}
