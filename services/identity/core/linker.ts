import type { IdentityPolicy } from '#runtime/definition/identity-policy.ts'
import type { DefinitionVersion, FragmentId, ProfileId } from '#runtime/event/ids.ts'
import type { LinksRecord, PolicyRecord } from '#runtime/log/links.ts'
import { createKnown } from '#runtime/recent/known.ts'
import { foldCommand } from './commands.ts'
import type { LinkerEffect } from './effects.ts'
import { foldExpire } from './expire.ts'
import type { Fold } from './fold.ts'
import { forgetAged } from './lifetime.ts'
import { foldLink } from './link.ts'
import { createLooseEnds, type LooseEnds } from './loose-ends.ts'
import { type LinkerPolicy, linkerPolicy } from './policy.ts'
import type { LinkerState } from './state.ts'

export interface LinkerDeps {
  readonly state: LinkerState
  /** The policy of a definition; null: the one that holds before any definition. Loaded beforehand for every version in the log. */
  readonly policies: (version: DefinitionVersion | null) => IdentityPolicy
  readonly birthProfileId: (fragment: FragmentId) => ProfileId
  /** Left out: as in production. No answer depends on it. */
  readonly looseEnds?: LooseEnds
}

/** One record of `identity.links` where it lies. */
export interface LinksEntry {
  readonly offset: number
  /** The record's key: what a tombstone for it must name. */
  readonly key: string
  readonly record: LinksRecord
}

export interface Linker {
  /** Folds the next record; one that was folded before has no effects. Changes the state in place. */
  fold(entry: LinksEntry): readonly LinkerEffect[]
}

/** The linker: a pure fold of the decision log, in order, by a single writer. */
export function createLinker({
  state,
  policies,
  birthProfileId,
  looseEnds = createLooseEnds(),
}: LinkerDeps): Linker {
  const { meta } = state
  let inForce: { version: DefinitionVersion | null; policy: LinkerPolicy } | undefined
  const policy = (): LinkerPolicy => {
    if (inForce === undefined || inForce.version !== meta.policy)
      inForce = { version: meta.policy, policy: linkerPolicy(policies(meta.policy)) }
    return inForce.policy
  }
  const births = remembering(birthProfileId)
  const define = ({ version }: PolicyRecord): void => {
    if (meta.policy === null || version > meta.policy) meta.policy = version
  }
  return {
    fold({ offset, key, record }) {
      if (offset < meta.nextOffset) return []
      meta.nextOffset = offset + 1
      const fold: Fold = {
        state,
        policy: policy(),
        birthProfileId: births,
        looseEnds,
        offset,
        effects: [],
        nodes: new Map(),
        decisions: 0,
      }
      switch (record.kind) {
        case 'link':
          if (record.logTime > meta.clock) meta.clock = record.logTime
          forgetAged(fold)
          foldLink(fold, record, key)
          break
        case 'command':
          if (record.at > meta.clock) meta.clock = record.at
          forgetAged(fold)
          foldCommand(fold, record, key)
          break
        case 'expire':
          if (record.logTime > meta.clock) meta.clock = record.logTime
          forgetAged(fold)
          foldExpire(fold, record, key)
          break
        case 'define':
          define(record)
          break
        case 'live':
          meta.live = true
          break
        default:
          return record satisfies never
      }
      return fold.effects
    },
  }
}

/** Birth ids that are kept: each costs a digest, and a decision names the same few several times. */
export const birthsMax = 100_000

function remembering(birthProfileId: LinkerDeps['birthProfileId']): LinkerDeps['birthProfileId'] {
  const known = createKnown<ProfileId>(birthsMax)
  return (fragment) => {
    let profile = known.get(fragment)
    if (profile === undefined) {
      profile = birthProfileId(fragment)
      known.set(fragment, profile)
    }
    return profile
  }
}
