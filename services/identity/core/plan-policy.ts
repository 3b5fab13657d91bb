import type { IdentityPolicy } from '#runtime/definition/identity-policy.ts'
import type { EpochMs, FragmentId, ProfileId } from '#runtime/event/ids.ts'
import { groupsBy } from './groups.ts'
import { createLinker } from './linker.ts'
import type { LinkerState } from './state.ts'
import { createTrial } from './trial-state.ts'

/** What a policy would change in the profiles of today. */
export interface PolicyPlan {
  /** One identifier each: reconsider its profile, in this order, one command after another. */
  readonly commands: readonly FragmentId[]
  readonly changes: readonly ProfileChange[]
  /** False: after so many rounds profiles still took identifiers from each other; the rest comes with the next plan. */
  readonly settled: boolean
}

/** `survivor`: the same identifiers under another id; `regroup`: as many profiles as before, otherwise divided. */
export type ChangeKind = 'merge' | 'part' | 'survivor' | 'regroup'

/** Profiles that exchange identifiers. */
export interface ProfileChange {
  readonly kind: ChangeKind
  readonly before: readonly ProfileId[]
  readonly after: readonly ProfileId[]
  /** Only those whose profile becomes another one. */
  readonly moved: readonly {
    readonly id: FragmentId
    readonly from: ProfileId
    readonly to: ProfileId
  }[]
}

export interface PlanOptions {
  readonly policy: IdentityPolicy
  readonly birthProfileId: (fragment: FragmentId) => ProfileId
  readonly at: EpochMs
  /** Told of each profile that was looked at. */
  readonly looked?: () => void
}

/** A profile is looked at so often at most. */
const looksMax = 4

/**
 * What would come of reconsidering every profile under a policy, by the linker's own function: each that changes is one command. `state`
 * becomes what it would be afterwards. `representatives`: of all profiles, in the order in which they are to be looked at.
 */
export function planPolicy(
  state: LinkerState,
  representatives: Iterable<FragmentId>,
  { policy, birthProfileId, at, looked }: PlanOptions,
): PolicyPlan {
  const commands: FragmentId[] = []
  const formerly = new Map<FragmentId, FragmentId>()
  const looks = new Map<FragmentId, number>()
  const waiting = new Set(representatives)
  const componentOf = (id: FragmentId): FragmentId => state.node(id)?.component ?? id
  let settled = true

  for (const id of waiting) {
    waiting.delete(id)
    const looksBefore = looks.get(id) ?? 0
    looks.set(id, looksBefore + 1)
    if (looksBefore === 0) looked?.()
    const trial = createTrial(state)
    const linker = createLinker({ state: trial.state, policies: () => policy, birthProfileId })
    const commandId = `plan ${commands.length}`
    const effects = linker.fold({
      offset: trial.state.meta.nextOffset,
      key: commandId,
      record: {
        kind: 'command',
        commandId,
        at,
        by: 'plan',
        reason: '',
        action: 'reconsider',
        fragments: [id],
      },
    })
    const moved = effects.flatMap((effect) => (effect.kind === 'assign' ? [effect.fragment] : []))
    if (moved.length === 0) continue
    for (const one of moved) if (!formerly.has(one)) formerly.set(one, componentOf(one))
    trial.keep()
    commands.push(id)
    for (const neighbour of neighboursOf(state, moved)) {
      const component = componentOf(neighbour)
      if ((looks.get(component) ?? 0) < looksMax) waiting.add(component)
      else settled = false
    }
  }
  return { commands, settled, changes: changesOf(state, formerly, birthProfileId) }
}

/** Whoever evidence names beside these: what moved may free, or bind, them. */
function neighboursOf(state: LinkerState, moved: readonly FragmentId[]): ReadonlySet<FragmentId> {
  const neighbours = new Set(moved)
  for (const id of moved)
    for (const role of ['joins', 'named'] as const)
      for (const linkId of state.linksOf(id, role)) {
        const said = state.evidence(linkId)
        for (const other of [...(said?.ids ?? []), ...(said?.others ?? [])]) neighbours.add(other)
      }
  return neighbours
}

/** What is other than before, in groups of profiles that have to do with each other. */
function changesOf(
  state: LinkerState,
  formerly: ReadonlyMap<FragmentId, FragmentId>,
  birthProfileId: (fragment: FragmentId) => ProfileId,
): readonly ProfileChange[] {
  const nowOf = (id: FragmentId): FragmentId => state.node(id)?.component ?? id
  const beforeOf = (id: FragmentId): FragmentId => formerly.get(id) ?? nowOf(id)
  const moved = [...formerly.keys()].filter((id) => nowOf(id) !== formerly.get(id))
  return groupsBy(moved, (id) => [beforeOf(id), nowOf(id)]).map((group) => {
    const touched = new Set(group.flatMap((id) => [beforeOf(id), nowOf(id)]))
    // A representative is a member of its own profile: where it was elsewhere, that profile was not there.
    const before = [...touched].filter((id) => beforeOf(id) === id)
    const after = [...touched].filter((id) => nowOf(id) === id)
    return {
      kind: kindOf(before.length, after.length),
      before: before.map(birthProfileId),
      after: after.map(birthProfileId),
      moved: group.map((id) => ({
        id,
        from: birthProfileId(beforeOf(id)),
        to: birthProfileId(nowOf(id)),
      })),
    }
  })
}

function kindOf(before: number, after: number): ChangeKind {
  if (after > before) return 'part'
  if (after < before) return 'merge'
  return before === 1 ? 'survivor' : 'regroup'
}
