import type { IdentityPolicy } from '#runtime/definition/identity-policy.ts'
import type { DefinitionVersion, EpochMs, FragmentId, ProfileId } from '#runtime/event/ids.ts'
import type { CommandRecord } from '#runtime/log/links.ts'
import { birthProfileId } from '#runtime/pseudonym/pseudonym.ts'
import type { Decision, LinkerEffect } from '../../../identity/core/effects.ts'
import type { Fold } from '../../../identity/core/fold.ts'
import { forgetAged } from '../../../identity/core/lifetime.ts'
import { createLinker } from '../../../identity/core/linker.ts'
import { createLooseEnds } from '../../../identity/core/loose-ends.ts'
import { createMemoryState } from '../../../identity/core/memory-state.ts'
import { linkerPolicy } from '../../../identity/core/policy.ts'
import type { LinkerState } from '../../../identity/core/state.ts'
import type { LoggedRecord } from './logged-record.ts'
import type { LinkerAsOf } from './read-links.ts'

export type Policies = (version: DefinitionVersion | null) => IdentityPolicy

/** A decision where it was taken. */
export interface PlacedDecision {
  readonly offset: number
  readonly decision: Decision
}

/** What the production linker makes of some records of its log. */
export interface Refolded {
  readonly state: LinkerState
  readonly policy: IdentityPolicy
  readonly decisions: readonly PlacedDecision[]
  /** The profile of an identifier in this state. */
  profileOf(id: FragmentId): ProfileId
  /** Identifiers of one profile with this one, itself among them. */
  membersWith(id: FragmentId): readonly FragmentId[]
  /** Folds a command as if it came now. Changes the state. */
  apply(command: CommandRecord): readonly Decision[]
}

/** Told after each record what the state is then. */
export type Watch = (at: EpochMs, decisions: readonly PlacedDecision[], state: LinkerState) => void

/**
 * Folds records that hang together by the production linker. Each is decided under the clock and the policy that the linker had when it
 * came to it; what lies between in the log spoke of others. `asOf`: where the linker is now, for what grew old since.
 */
export function refold(
  records: readonly LoggedRecord[],
  policies: Policies,
  asOf: LinkerAsOf | null,
  watch: Watch = () => undefined,
): Refolded {
  const state = createMemoryState()
  const linker = createLinker({ state, policies, birthProfileId })
  const decisions: PlacedDecision[] = []
  const keep = (offset: number, effects: readonly LinkerEffect[]): readonly PlacedDecision[] => {
    const placed = effects.flatMap((effect) =>
      effect.kind === 'decision' ? [{ offset, decision: effect.decision }] : [],
    )
    decisions.push(...placed)
    return placed
  }
  const moveTo = (offset: number, clock: EpochMs, policy: DefinitionVersion | null): void => {
    state.meta.clock = clock
    state.meta.policy = policy
    const aged = keep(offset, forgetAllAged(state, policies(policy), offset))
    if (aged.length > 0) watch(clock, aged, state)
  }
  for (const { offset, linkId, clock, policy, record } of records) {
    moveTo(offset, clock, policy)
    const placed = keep(offset, linker.fold({ offset, key: linkId, record }))
    watch(state.meta.clock, placed, state)
  }
  if (asOf !== null) moveTo(state.meta.nextOffset, asOf.clock, asOf.policy)
  const componentOf = (id: FragmentId): FragmentId => state.node(id)?.component ?? id
  return {
    state,
    policy: policies(state.meta.policy),
    decisions,
    profileOf: (id) => birthProfileId(componentOf(id)),
    membersWith: (id) => state.component(componentOf(id))?.members ?? [id],
    apply(command) {
      const offset = state.meta.nextOffset
      const effects = linker.fold({ offset, key: command.commandId, record: command })
      return keep(offset, effects).map(({ decision }) => decision)
    },
  }
}

/** The linker forgets a little with each record of anybody; here nobody else comes. */
function forgetAllAged(
  state: LinkerState,
  policy: IdentityPolicy,
  offset: number,
): readonly LinkerEffect[] {
  if (policy.linkLifetimeMs === null) return []
  const effects: LinkerEffect[] = []
  const looseEnds = createLooseEnds()
  for (let before = -1; before !== state.meta.counters.expired; ) {
    before = state.meta.counters.expired
    const fold: Fold = {
      state,
      policy: linkerPolicy(policy),
      birthProfileId,
      looseEnds,
      offset,
      effects,
      nodes: new Map(),
      decisions: 0,
    }
    forgetAged(fold)
  }
  return effects
}
