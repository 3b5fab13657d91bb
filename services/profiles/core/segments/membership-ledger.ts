import type { CompiledSegment } from '#runtime/definition/compiled.ts'
import type { Membership } from '../state.ts'
import { type Because, becauseOf } from './because.ts'
import { withConsentCause } from './consent-cause.ts'
import type { SegmentsInput, SegmentsResult, Transition } from './decisions.ts'
import { withoutWithheld } from './withheld.ts'

/** What becomes of each membership of one profile. Mostly nothing does, and then nothing is made. */
export interface MembershipLedger {
  readonly input: SegmentsInput
  segments: Map<string, Membership> | null
  changed: Map<string, Membership> | null
  exits: Transition[] | null
  entries: Transition[] | null
}

/** The membership was decided under a rule of another meaning. */
export const isRedefined = (segment: CompiledSegment, held: Membership): boolean =>
  held.ruleHash !== segment.ruleHash

const noTransitions: readonly Transition[] = []
const noneChanged: ReadonlyMap<string, Membership> = new Map()

const never = { enteredAt: null, exitedAt: null } as const

/** Where only some are decided, mostly nothing changes: then the profile keeps the very map that it has. */
export const openLedger = (input: SegmentsInput): MembershipLedger => ({
  input,
  segments: input.only ? null : new Map(),
  changed: null,
  exits: null,
  entries: null,
})

/** The segment is gone from the pipeline file. */
export function removeMembership(ledger: MembershipLedger, name: string, held: Membership): void {
  const { ruleHash } = held
  change(ledger, name, { ...held, member: false, exitedAt: ledger.input.at, because: {} })
  ledger.exits ??= []
  ledger.exits.push({ segment: name, to: 'exited', cause: 'define', because: {}, ruleHash })
}

/** @param held What it was; undefined: never a member. */
export function settleMembership(
  ledger: MembershipLedger,
  segment: CompiledSegment,
  held: Membership | undefined,
  member: boolean,
): void {
  if ((held?.member ?? false) !== member) move(ledger, segment, held, member)
  else if (held !== undefined)
    keep(ledger, segment.name, held, unmoved(segment, held, ledger.input))
}

export const closeLedger = (
  ledger: MembershipLedger,
): Pick<SegmentsResult, 'segments' | 'transitions' | 'changed'> => ({
  segments: ledger.segments ?? ledger.input.previous,
  transitions: inOrder(ledger),
  changed: ledger.changed ?? noneChanged,
})

function inOrder({ exits, entries }: MembershipLedger): readonly Transition[] {
  if (exits === null) return entries ?? noTransitions
  return entries === null ? exits : [...exits, ...entries]
}

function change(ledger: MembershipLedger, name: string, membership: Membership): void {
  ledger.changed ??= new Map()
  ledger.changed.set(name, membership)
}

function keep(
  ledger: MembershipLedger,
  name: string,
  held: Membership | undefined,
  membership: Membership,
): void {
  if (membership !== held) {
    change(ledger, name, membership)
    ledger.segments ??= new Map(ledger.input.previous)
  }
  ledger.segments?.set(name, membership)
}

function move(
  ledger: MembershipLedger,
  segment: CompiledSegment,
  held: Membership | undefined,
  member: boolean,
): void {
  const { at, cause, consent = null, definition } = ledger.input
  const { name, ruleHash } = segment
  const because = explain(segment, ledger.input)
  const times = member ? { enteredAt: at } : { exitedAt: at }
  const decided = { member, ruleHash, definition: definition.version, because }
  keep(ledger, name, held, { ...(held ?? never), ...times, ...decided })
  const to = member ? 'entered' : 'exited'
  const why =
    held !== undefined && isRedefined(segment, held)
      ? 'define'
      : withConsentCause(segment, to, cause, consent, definition)
  const transition: Transition = { segment: name, because, ruleHash, to, cause: why }
  if (member) (ledger.entries ??= []).push(transition)
  else (ledger.exits ??= []).push(transition)
}

const explain = (segment: CompiledSegment, { view, definition, at }: SegmentsInput): Because =>
  view.gate.given(segment.purpose)
    ? becauseOf(segment, view, definition, at)
    : { [`consent.${segment.purpose}`]: view.gate.state(segment.purpose) }

/** A membership that stays as it is, yet never under a rule that is gone nor with a reason that may not be shown any more. */
function unmoved(segment: CompiledSegment, held: Membership, input: SegmentsInput): Membership {
  const { definition, view } = input
  if (isRedefined(segment, held)) {
    const { ruleHash } = segment
    return { ...held, ruleHash, definition: definition.version, because: explain(segment, input) }
  }
  const because = withoutWithheld(held.because, segment, view, definition)
  return because === held.because ? held : { ...held, because }
}
