import type {
  AutomaticBlock,
  IdentifierLimit,
  IdentityPolicy,
} from '#runtime/definition/identity-policy.ts'

/** The identity policy as the fold asks it. */
export interface LinkerPolicy {
  readonly cap: number
  /** Lower is better: the priority list, then what the file only describes. */
  rank(type: string): number
  isUnique(type: string): boolean
  /** May be used by several people: a second unique value makes it ambiguous. */
  isDevice(type: string): boolean
  limit(type: string): IdentifierLimit | null
  automaticBlock(type: string): AutomaticBlock | null
  /** After so long without a confirmation evidence is forgotten; null: never. */
  readonly linkLifetimeMs: number | null
  /** Event types whose links may join two values of a unique type that they name; `operator` stands for commands. */
  isAuthoritative(eventType: string): boolean
}

export function linkerPolicy(policy: IdentityPolicy): LinkerPolicy {
  const ranks = new Map([...policy.types.keys()].map((type, rank) => [type, rank]))
  return {
    cap: policy.cap,
    rank: (type) => ranks.get(type) ?? ranks.size,
    isUnique: (type) => policy.types.get(type)?.unique ?? false,
    isDevice: (type) => policy.types.get(type)?.device ?? false,
    limit: (type) => policy.types.get(type)?.limit ?? null,
    automaticBlock: (type) => policy.types.get(type)?.automaticBlock ?? null,
    linkLifetimeMs: policy.linkLifetimeMs,
    isAuthoritative: (eventType) => policy.authoritative.has(eventType),
  }
}
