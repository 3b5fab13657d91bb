import type { CompiledSegment } from '#runtime/definition/compiled.ts'
import type { Membership } from '../state.ts'
import { type Because, becauseOf } from './because.ts'
import { withConsentCause } from './consent-cause.ts'
import type { SegmentsInput, SegmentsResult, Transition } from './decisions.ts'
import { withoutWithheld } from './withheld.ts'

/** Collects what becomes of each membership of one profile. */
export interface MembershipLedger {
  /** The segment is gone from the pipeline file. */
  remove(name: string, held: Membership): void
  settle(segment: CompiledSegment, member: boolean): void
  result(): Pick<SegmentsResult, 'segments' | 'transitions' | 'changed'>
}

/** The membership was decided under a rule of another meaning. */
export const isRedefined = (segment: CompiledSegment, held: Membership): boolean =>
  held.ruleHash !== segment.ruleHash

const noTransitions: readonly Transition[] = []
const noneChanged: ReadonlyMap<string, Membership> = new Map()

const never = { enteredAt: null, exitedAt: null } as const

export function createLedger(input: SegmentsInput): MembershipLedger {
  const { previous, definition, at, cause, consent = null } = input
  // Where only some are decided, mostly nothing changes: then the profile keeps the very map that it has.
  let segments: Map<string, Membership> | null = input.only ? null : new Map()
  let changed: Map<string, Membership> | null = null
  let exits: Transition[] | null = null
  let entries: Transition[] | null = null

  const change = (name: string, membership: Membership): void => {
    changed ??= new Map()
    changed.set(name, membership)
  }
  const keep = (name: string, membership: Membership): void => {
    const isNew = membership !== previous.get(name)
    if (isNew) change(name, membership)
    if (segments === null && isNew) segments = new Map(previous)
    segments?.set(name, membership)
  }
  const move = (segment: CompiledSegment, held: Membership | undefined, member: boolean): void => {
    const { name, ruleHash } = segment
    const because = explain(segment, input)
    const times = member ? { enteredAt: at } : { exitedAt: at }
    const decided = { member, ruleHash, definition: definition.version, because }
    keep(name, { ...(held ?? never), ...times, ...decided })
    const transition = { segment: name, because, ruleHash }
    const to = member ? 'entered' : 'exited'
    const why =
      held !== undefined && isRedefined(segment, held)
        ? 'define'
        : withConsentCause(segment, to, cause, consent, definition)
    if (member) (entries ??= []).push({ ...transition, to, cause: why })
    else (exits ??= []).push({ ...transition, to, cause: why })
  }

  return {
    remove(name, held) {
      const { ruleHash } = held
      change(name, { ...held, member: false, exitedAt: at, because: {} })
      ;(exits ??= []).push({ segment: name, to: 'exited', cause: 'define', because: {}, ruleHash })
    },
    settle(segment, member) {
      const held = previous.get(segment.name)
      if ((held?.member ?? false) !== member) move(segment, held, member)
      else if (held !== undefined) keep(segment.name, unmoved(segment, held, input))
    },
    result: () => ({
      segments: segments ?? previous,
      transitions: [...(exits ?? noTransitions), ...(entries ?? noTransitions)],
      changed: changed ?? noneChanged,
    }),
  }
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
