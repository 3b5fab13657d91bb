import { type EpochMs, epochMs } from '#runtime/event/ids.ts'
import { type Body, comparePositions } from '#runtime/log/messages.ts'
import { rowVersion } from '#runtime/log/version.ts'
import { RejectedMessage } from '../content/rejected-message.ts'
import { foldEvent } from './apply-event.ts'
import { foldExpire } from './apply-expire.ts'
import { foldAssign, foldErase } from './apply-identity.ts'
import { foldHeld } from './apply-held.ts'
import { foldLeave, foldMember } from './apply-member.ts'
import {
  type FoldContext,
  type FoldDeps,
  type Input,
  originKeyOf,
  type Rejected,
} from './context.ts'
import { type Flush, newFlush, type OpenFlush } from './flush.ts'
import { emitMembers } from './members.ts'
import { finishRows } from './profile-rows.ts'
import { advanceCursor, fireDueTimers } from './timers.ts'

export interface UnreadableRecord {
  readonly offset: number
  readonly timestamp: EpochMs
  readonly bytes: Uint8Array
  readonly detail: string
}

/**
 * The fold of one partition of `profile.log`. State and effects depend on nothing but the log: no clock, no I/O, no randomness. Any
 * exception other than a typed rejection leaves state half changed: the partition must be closed and opened again from its store.
 */
export interface Fold {
  /** Applies one message, wholly or not at all, and adds its effects to `flush`. */
  message(input: Input, flush: OpenFlush): void
  /** A record that is no frame: refused as a whole. */
  unreadable(record: UnreadableRecord, flush: OpenFlush): void
  /** All messages of the frame at `offset` were applied. */
  frameEnd(offset: number): void
  /** Adds what is said once: the Members of fragments that changed. Before the flush is sent. */
  speak(flush: OpenFlush): void
  /** Adds what is shown once: the rows of profiles as they are now. Before the flush is stored. */
  show(flush: OpenFlush): void
  /** Both. */
  end(flush: OpenFlush): Flush
}

export function createFold(deps: FoldDeps): Fold {
  const { generation, partition, state } = deps
  const context: FoldContext = {
    ...deps,
    selfOrigin: { kind: 'log', generation, partition },
    flush: newFlush(),
    input: nothing,
    version: '',
    seq: 0,
    effect: 0,
    keyOf: { origin: null, key: '' },
    current: state.meta.definition === null ? null : deps.definition(state.meta.definition),
  }
  const speak = (flush: OpenFlush): void => {
    context.flush = flush
    emitMembers(context)
  }
  const show = (flush: OpenFlush): void => {
    context.flush = flush
    finishRows(context)
  }
  return {
    message(input, flush) {
      foldMessage(context, input, flush)
    },
    unreadable({ offset, timestamp, bytes, detail }, flush) {
      state.meta.counters.rejected++
      flush.lastOffset = offset
      flush.lastIndex = 0
      flush.rejections.push({
        reason: 'unreadable_frame',
        detail,
        offset,
        index: 0,
        receivedAt: timestamp,
        content: bytes,
      })
    },
    frameEnd(offset) {
      state.meta.nextOffset = offset + 1
      state.meta.nextIndex = 0
    },
    speak,
    show,
    end(flush) {
      speak(flush)
      show(flush)
      return flush
    },
  }
}

const nothing: Input = {
  offset: -1,
  index: -1,
  timestamp: epochMs(0),
  logTime: null,
  origin: null,
  message: { position: [-1, -1, -1], body: { kind: 'tick' } },
}

function foldMessage(context: FoldContext, input: Input, flush: OpenFlush): void {
  const { meta } = context.state
  const { offset, index, message } = input
  context.flush = flush
  context.input = input
  context.version = rowVersion(context.generation, offset, index)
  context.seq = 0
  context.effect = 0
  flush.messages++
  flush.lastOffset = offset
  flush.lastIndex = index
  advanceClock(context)
  fireDueTimers(context)
  if (passesMark(context)) apply(context, message.body)
  // A Define only starts its cursor: rows of its own message were made under the definition before it.
  if (message.body.kind !== 'define') advanceCursor(context)
  meta.nextOffset = offset
  meta.nextIndex = index + 1
}

/** The only clock: the running maximum of the log's own times. What is older than its windows counts as forgotten. */
function advanceClock({ state: { meta }, input, current }: FoldContext): void {
  const now = input.logTime ?? input.timestamp
  if (now > meta.clock) meta.clock = now
  if (current === null) return
  const events = meta.clock - current.idMemoryMs
  const links = meta.clock - current.linkMemoryMs
  if (events > meta.eventsForgottenBefore) meta.eventsForgottenBefore = epochMs(events)
  if (links > meta.linksForgottenBefore) meta.linksForgottenBefore = epochMs(links)
}

/** False for what was applied before: a resend, another owner's copy, a replay. Ticks have no origin and always pass. */
function passesMark(context: FoldContext): boolean {
  const { meta } = context.state
  const { origin, message } = context.input
  if (origin === null) return true
  const key = originKeyOf(context, origin)
  const mark = meta.marks.get(key)
  if (mark !== undefined && comparePositions(message.position, mark) <= 0) return false
  meta.marks.set(key, message.position)
  return true
}

function apply(context: FoldContext, body: Body): void {
  const rejected = applyOrReject(context, body)
  if (rejected === undefined) return
  const { offset, index, timestamp, message } = context.input
  context.state.meta.counters.rejected++
  context.flush.rejections.push({
    ...rejected,
    offset,
    index,
    receivedAt: timestamp,
    content: message,
  })
}

function applyOrReject(context: FoldContext, body: Body): Rejected | undefined {
  try {
    return applyBody(context, body)
  } catch (error) {
    if (!(error instanceof RejectedMessage)) throw error
    return { reason: error.reason, detail: error.part }
  }
}

function applyBody(context: FoldContext, body: Body): Rejected | undefined {
  switch (body.kind) {
    case 'event':
      return foldEvent(context, body.event, body.place)
    case 'assign':
      return foldAssign(context, body)
    case 'erase':
      return foldErase(context, body)
    case 'expire':
      return foldExpire(context, body)
    case 'member':
      return foldMember(context, body)
    case 'leave':
      return foldLeave(context, body)
    case 'define':
      define(context, body)
      return undefined
    case 'tick':
      return undefined
    case 'live':
      serve(context)
      return undefined
    case 'held':
      return foldHeld(context, body)
    default:
      return body satisfies never
  }
}

/** A generation that was built leaves it to the one before to let profiles expire. Now it is its own turn. */
function serve({ state: { meta }, current }: FoldContext): void {
  if (!meta.live && current?.expire) {
    const unfinished = meta.cursor !== null && meta.cursor.only === undefined
    meta.cursor = {
      version: current.version,
      after: null,
      ...(unfinished ? {} : { only: 'expiry' as const }),
    }
  }
  meta.live = true
}

/** From here on another definition rules; the cursor takes it to the profiles that nothing else touches. */
function define(context: FoldContext, { version }: Extract<Body, { kind: 'define' }>): void {
  const { meta } = context.state
  if (meta.definition !== null && version <= meta.definition) return
  const next = context.definition(version)
  // Rows of profiles touched before belong to the definition that they were touched under.
  finishRows(context)
  meta.definition = version
  meta.cursor = { version, after: null }
  context.current = next
}
