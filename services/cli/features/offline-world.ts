import { hash } from 'node:crypto'
import { isRejection } from '#runtime/channel/core/fields.ts'
import type { Rejection } from '#runtime/channel/core/outcome.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { type IdentityPolicy, identityPolicy } from '#runtime/definition/identity-policy.ts'
import { type EpochMs, epochMs, type FragmentId, type ProfileId } from '#runtime/event/ids.ts'
import type { Body, Frame, Message, Origin } from '#runtime/log/messages.ts'
import {
  birthProfileId,
  partitionOfEvent,
  partitionOfProfile,
} from '#runtime/pseudonym/pseudonym.ts'
import type { SegmentTransitionRow } from '#schemas/clickhouse/rows.ts'
import { createLinker } from '../../identity/core/linker.ts'
import { createMemoryState as createLinkerState } from '../../identity/core/memory-state.ts'
import { type Flush, newFlush } from '../../profiles/core/fold/flush.ts'
import { createFold } from '../../profiles/core/fold/fold.ts'
import { createMemoryState } from '../../profiles/core/memory-state.ts'
import type { PartitionState } from '../../profiles/core/state.ts'
import type { OfflineEvent } from '../identity/offline-event.ts'
import { createOfflineChannel } from './offline-channel.ts'

/** An identifier as people write it, and when it was first met. */
export interface KnownIdentifier {
  readonly type: string
  readonly value: string
  readonly blocked: string | null
  readonly born: EpochMs
}

export interface OfflineCounts {
  readonly applied: number
  readonly duplicates: number
  readonly unattributed: number
  readonly decisions: number
  readonly timersFired: number
}

/**
 * Channels, linker and profiles in one process and in one partition, for one pipeline file: the production cores, driven one event at a
 * time. What an event sets going between homes, owners and the linker comes to rest before the next one arrives.
 */
export interface OfflineWorld {
  readonly definition: CompiledDefinition
  readonly policy: IdentityPolicy
  readonly state: PartitionState
  /** By first appearance. */
  readonly known: ReadonlyMap<FragmentId, KnownIdentifier>
  /** Every profile id that an event or a decision ever led to. */
  readonly shown: ReadonlySet<ProfileId>
  readonly strangers: ReadonlySet<string>
  /** In the order of the log. */
  readonly transitions: readonly SegmentTransitionRow[]
  counts(): OfflineCounts
  profileOf(fragment: FragmentId): ProfileId
  /** Of a value in clear; null: nobody has it (yet). */
  find(type: string, value: string): ProfileId | null
  /** A rejection is what the channels would dead-letter: the event then changes nothing. */
  arrive(event: OfflineEvent): Rejection | null
  /** Lets time pass: whatever is due by `at` happens, each at its own moment. */
  passTime(at: EpochMs): void
}

type OpenFrame = Pick<Frame, 'origin' | 'messages'>

const channelLog: Origin = { kind: 'raw', topic: 'offline', incarnation: 0, partition: 0 }
const ownLog: Origin = { kind: 'log', generation: 0, partition: 0 }

export function createOfflineWorld(definition: CompiledDefinition): OfflineWorld {
  const policy = identityPolicy(definition.definition.identity)
  const channel = createOfflineChannel(definition)
  const state = createMemoryState()
  const linkerState = createLinkerState()
  const linker = createLinker({ state: linkerState, policies: () => policy, birthProfileId })
  const fold = createFold({
    state,
    generation: 0,
    partition: 0,
    partitions: 1,
    definition: () => definition,
    birthId: birthProfileId,
    partitionOfProfile,
    partitionOfEvent,
    hash: (text) => hash('sha256', text, 'base64url').slice(0, 22),
    publishes: () => true,
  })
  const known = new Map<FragmentId, KnownIdentifier>()
  const shown = new Set<ProfileId>()
  const transitions: SegmentTransitionRow[] = []
  /** Frames of the log that are not folded yet: what its own partition, and the linker, sent. */
  const waiting: OpenFrame[] = []
  let sent = 0
  let decisions = 0

  const decide = (record: Flush['links'][number]): void => {
    const told: Message[] = []
    const { nextOffset } = linkerState.meta
    const tell = (body: Body): void => {
      told.push({ position: [nextOffset, 0, told.length], body })
    }
    for (const effect of linker.fold({ offset: nextOffset, key: String(nextOffset), record }))
      switch (effect.kind) {
        case 'assign':
          shown.add(effect.profile)
          tell(effect)
          break
        case 'expire':
          tell(effect)
          break
        case 'decision':
          decisions += 1
          break
        // Nobody commands offline, and there is no log to take anything from.
        case 'erase':
        case 'tombstone':
          break
        default:
          effect satisfies never
      }
    if (told.length > 0) waiting.push({ origin: { kind: 'links' }, messages: told })
  }

  /** Folds one frame, and then whatever comes of it, until nothing does. */
  const log = (at: EpochMs, origin: Origin | null, bodies: readonly Body[]): void => {
    const position = sent++
    const messages = bodies.map(
      (body, index): Message => ({ position: [position, index, 0], body }),
    )
    waiting.push({ origin, messages })
    for (let frame = waiting.shift(); frame !== undefined; frame = waiting.shift())
      foldFrame(at, frame)
  }

  const foldFrame = (at: EpochMs, { origin, messages }: OpenFrame): void => {
    const offset = state.meta.nextOffset
    const flush = newFlush()
    for (const [index, message] of messages.entries())
      fold.message({ offset, index, timestamp: at, logTime: null, origin, message }, flush)
    fold.frameEnd(offset)
    const { frames, links, rows } = fold.end(flush)
    transitions.push(...rows.segment_transitions)
    const own = frames.get(0)
    if (own !== undefined) waiting.push({ origin: ownLog, messages: own })
    for (const link of links) decide(link)
  }

  /** A Tick for each moment at which something is due, as an owner sends them: what comes of it happens then, too. */
  const passTime = (at: EpochMs): void => {
    for (let due = dueBy(state, at); due !== null; due = dueBy(state, at))
      log(epochMs(Math.max(due, state.meta.clock)), null, [{ kind: 'tick' }])
    log(at, null, [{ kind: 'tick' }])
  }

  const profileOf = (fragment: FragmentId): ProfileId =>
    birthProfileId(linkerState.node(fragment)?.component ?? fragment)

  log(epochMs(0), { kind: 'definitions' }, [{ kind: 'define', version: definition.version }])

  return {
    definition,
    policy,
    state,
    known,
    shown,
    strangers: channel.strangers,
    transitions,
    counts() {
      const { applied, duplicates, unattributed, timersFired } = state.meta.counters
      return { applied, duplicates, unattributed, decisions, timersFired }
    },
    profileOf,
    find(type, value) {
      const fragment = channel.fragmentOf(type, value)
      return fragment !== null && known.get(fragment)?.blocked === null ? profileOf(fragment) : null
    },
    passTime,
    arrive(offline) {
      const passed = channel.pass(offline)
      if (isRejection(passed)) return passed
      const { event, identifiers } = passed
      const at = epochMs(Math.max(event.receivedAt, state.meta.clock))
      if (dueBy(state, at) !== null) passTime(at)
      for (const { id, type, value, blocked } of identifiers)
        if (!known.has(id)) known.set(id, { type, value, blocked, born: at })
      log(event.receivedAt, channelLog, [{ kind: 'event', event }])
      if (event.fragment !== null) shown.add(profileOf(event.fragment))
      return null
    },
  }
}

/** The earliest timer, if it is due by `at`. */
function dueBy(state: PartitionState, at: EpochMs): EpochMs | null {
  const timer = state.nextTimer()
  return timer !== undefined && timer.due <= at ? timer.due : null
}
