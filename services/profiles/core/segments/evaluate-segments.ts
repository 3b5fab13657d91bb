import type { CompiledSegment } from '#runtime/definition/compiled.ts'
import type { EpochMs } from '#runtime/event/ids.ts'
import { epochMs } from '#runtime/event/ids.ts'
import type { TransitionCause } from '#schemas/clickhouse/rows.ts'
import type { Membership } from '../state.ts'
import { decideSegment, earlier, type Wish } from './decide-segment.ts'
import type { SegmentsInput, SegmentsResult } from './decisions.ts'
import { createLedger, isRedefined } from './membership-ledger.ts'
import { withheldReads } from './withheld.ts'

/** Causes after which data that a membership rested on may be gone. */
const lossy: ReadonlySet<TransitionCause> = new Set(['merge', 'split', 'erasure', 'expiry'])

/**
 * Decides every segment of a profile at `at`. Rules of reading:
 * - A member stays until `exit` holds (without one: until `enter` doesn't), at least for `min_stay`. Unknown keeps things as they are.
 * - Decided anew, as if never a member and unknown means out: a changed rule (cause `define`), changed members, erased data.
 * - Unknown because of withheld consent means out, `min_stay` or not: a membership may not rest on what may not be read.
 * - If `enter` and `exit` both hold, nobody enters.
 * - Of a group the first by priority that wants in wins, but a member inside its minimum stay is not displaced.
 * - A purpose that isn't given, and a segment that is gone from the file, end the membership at once.
 */
export function evaluateSegments(input: SegmentsInput): SegmentsResult {
  const { definition, previous, at } = input
  const only = input.only ?? null
  const decided = only ?? definition.segments
  const wishes = new Map(decided.map((segment) => [segment.name, wishOf(segment, input)] as const))
  const winners = groupWinners(decided, previous, wishes)
  const ledger = createLedger(input)
  for (const [name, membership] of only === null ? previous : [])
    if (!wishes.has(name) && membership.member) ledger.remove(name, membership)
  for (const segment of decided) {
    const wish = wishes.get(segment.name)
    const wins = segment.group === null || winners.get(segment.group) === segment.name
    ledger.settle(segment, wish?.member === true && wins)
  }
  const nextChanges = new Map<string, EpochMs>()
  let nextChangeAt: EpochMs | null = null
  for (const [name, { changesAt }] of wishes) {
    if (changesAt === null) continue
    const next = epochMs(Math.max(changesAt, at + 1))
    nextChanges.set(name, next)
    nextChangeAt = earlier(nextChangeAt, next)
  }
  return { ...ledger.result(), nextChanges, nextChangeAt }
}

function wishOf(segment: CompiledSegment, input: SegmentsInput): Wish {
  const { previous, view, definition, at, cause, fresh } = input
  const held = previous.get(segment.name)
  const anew = fresh || lossy.has(cause) || (held !== undefined && isRedefined(segment, held))
  const unknownLeaves = held?.member === true && withheldReads(segment, view, definition).length > 0
  return decideSegment(segment, held, view, at, { anew, unknownLeaves })
}

/** Group → the one segment of it that the profile is in. Segments come by priority, then name. */
function groupWinners(
  segments: readonly CompiledSegment[],
  previous: ReadonlyMap<string, Membership>,
  wishes: ReadonlyMap<string, Wish>,
): ReadonlyMap<string, string> {
  const winners = new Map<string, string>()
  const staying = new Set<string>()
  for (const { group, name } of segments) {
    const wish = wishes.get(name)
    if (group === null || wish?.member !== true || staying.has(group)) continue
    if (wish.held && previous.get(name)?.member === true) {
      staying.add(group)
      winners.set(group, name)
    } else if (!winners.has(group)) {
      winners.set(group, name)
    }
  }
  return winners
}
