import type { Component, LinkerNode, LinkRole } from '../core/state.ts'

/**
 * References to the evidence that names an identifier, three numbers each: digest of the link id, offset of the evidence, digest of the set that it
 * joins (0: none as a whole).
 */
export type References = number[]
export const referenceSize = 3

/** An identifier's row: what the fold knows of it, and the evidence that names it. */
export interface Identifier {
  /** null: only evidence names it so far. */
  node: LinkerNode | null
  /** The profile that it represents; null: none, or one with a row of its own. */
  component: Component | null
  joins: References
  named: References
  /** What has rows of its own: roles of which there were more than stand here, a large profile. */
  more: number
  /** Since the last commit. */
  isChanged: boolean
}

/** What stands in the row itself. */
export interface Near {
  /** Of references, in each role: each link that names the identifier writes its row anyway. A busy one's later ones are rows of their own. */
  readonly referencesMax: number
  /** Of members: a larger profile would be written with every link that names its representative. */
  readonly membersMax: number
}

export const productionNear: Near = { referencesMax: 32, membersMax: 16 }

/** Shared by all that have none: not to be changed. */
export const noReferences: References = []

export const newIdentifier = (): Identifier => ({
  node: null,
  component: null,
  joins: noReferences,
  named: noReferences,
  more: 0,
  isChanged: false,
})

const bitOf: Readonly<Record<LinkRole, number>> = { joins: 1, named: 2 }
const largeBit = 4
/** The profile that it represents has a row of its own. */
export const isLarge = ({ more }: Identifier): boolean => (more & largeBit) !== 0
export const markLarge = (identifier: Identifier, large: boolean): void => {
  identifier.more = large ? identifier.more | largeBit : identifier.more & ~largeBit
}
export const hasMore = ({ more }: Identifier, role: LinkRole): boolean => (more & bitOf[role]) !== 0
export const markMore = (identifier: Identifier, role: LinkRole): void => {
  identifier.more |= bitOf[role]
}

/** Place of the reference to the evidence at an offset; -1: none. */
export function placeOf(references: References, offset: number): number {
  for (let at = 1; at < references.length; at += referenceSize)
    if (references[at] === offset) return at - 1
  return -1
}
