import type { CompiledSegment } from '#runtime/definition/compiled.ts'
import type { EpochMs } from '#runtime/event/ids.ts'
import { epochMs } from '#runtime/event/ids.ts'
import type { TransitionCause } from '#schemas/clickhouse/rows.ts'
import type { Membership } from '../state.ts'
import { decideSegment, earlier, out, type Wish } from './decide-segment.ts'
import type { SegmentsInput, SegmentsResult } from './decisions.ts'
import {
  closeLedger,
  isRedefined,
  type MembershipLedger,
  openLedger,
  removeMembership,
  settleMembership,
} from './membership-ledger.ts'
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
  const wishes: Wish[] = []
  for (const segment of decided) wishes.push(wishOf(segment, input))
  const winners = groupWinners(decided, previous, wishes)
  const ledger = openLedger(input)
  if (only === null) removeGone(input, ledger)
  let nextChanges: Map<string, EpochMs> | null = null
  let nextChangeAt: EpochMs | null = null
  let place = 0
  for (const segment of decided) {
    const { member, changesAt } = wishes[place++] ?? out
    const wins = segment.group === null || winners.get(segment.group) === segment.name
    settleMembership(ledger, segment, previous.get(segment.name), member && wins)
    if (changesAt === null) continue
    const next = epochMs(Math.max(changesAt, at + 1))
    nextChanges ??= new Map()
    nextChanges.set(segment.name, next)
    nextChangeAt = earlier(nextChangeAt, next)
  }
  const { segments, transitions, changed } = closeLedger(ledger)
  return {
    segments,
    transitions,
    changed,
    nextChanges: nextChanges ?? noChanges,
    nextChangeAt,
  }
}

const noChanges: ReadonlyMap<string, EpochMs> = new Map()

/** Memberships of segments that are gone from the file. */
function removeGone({ definition, previous }: SegmentsInput, ledger: MembershipLedger): void {
  if (previous.size === 0) return
  const named = new Set(definition.segments.map(({ name }) => name))
  for (const [name, membership] of previous)
    if (membership.member && !named.has(name)) removeMembership(ledger, name, membership)
}

function wishOf(segment: CompiledSegment, input: SegmentsInput): Wish {
  const { previous, view, definition, at, cause, fresh } = input
  const held = previous.get(segment.name)
  const anew = fresh || lossy.has(cause) || (held !== undefined && isRedefined(segment, held))
  const unknownLeaves = held?.member === true && withheldReads(segment, view, definition).length > 0
  return decideSegment(segment, held, view, at, { anew, unknownLeaves })
}

const noWinners: ReadonlyMap<string, string> = new Map()

/** Group → the one segment of it that the profile is in. Segments come by priority, then name; `wishes` in their order. */
function groupWinners(
  segments: readonly CompiledSegment[],
  previous: ReadonlyMap<string, Membership>,
  wishes: readonly Wish[],
): ReadonlyMap<string, string> {
  let winners: Map<string, string> | null = null
  let staying: readonly string[] = []
  let place = 0
  for (const { group, name } of segments) {
    const wish = wishes[place++]
    if (group === null || wish?.member !== true || staying.includes(group)) continue
    winners ??= new Map()
    if (wish.held && previous.get(name)?.member === true) {
      staying = [...staying, group]
      winners.set(group, name)
    } else if (!winners.has(group)) {
      winners.set(group, name)
    }
  }
  return winners ?? noWinners
}
