import type { IdentityDefinition } from './schema.ts'
import { durationMs, identityCapMax } from './schema-parts.ts'

export interface IdentifierLimit {
  readonly count: number
  /** null: over the whole life of the profile. */
  readonly windowMs: number | null
}

export interface AutomaticBlock {
  readonly profiles: number
  readonly windowMs: number
}

export interface IdentifierPolicy {
  readonly unique: boolean
  /** A browser or machine: several people may use one, and then it is evidence of none of them. */
  readonly device: boolean
  /** null: bounded by the cap alone. */
  readonly limit: IdentifierLimit | null
  /** Profiles that one value may link in a window before it is no evidence any more; null: any number. */
  readonly automaticBlock: AutomaticBlock | null
  readonly blockedValues: ReadonlySet<string>
  readonly blockedPatterns: readonly RegExp[]
}

export interface IdentityPolicy {
  /** Best first. */
  readonly priority: readonly string[]
  readonly types: ReadonlyMap<string, IdentifierPolicy>
  readonly cap: number
  readonly linkLifetimeMs: number | null
  readonly authoritative: ReadonlySet<string>
}

/**
 * What holds where the file is silent. A login and a CRM record are one person's by construction; five addresses or numbers are
 * what families of ours ever shared honestly; browsers shed anonymous ids, so theirs is a rate.
 */
const defaults: Readonly<Record<string, { unique?: true; device?: true; limit?: string }>> = {
  crm_id: { unique: true },
  user_id: { unique: true },
  email: { limit: '5' },
  phone: { limit: '5' },
  anonymous_id: { device: true, limit: '100 per 30d' },
}

function parseLimit(limit: string | number): IdentifierLimit | null {
  const [count = '', window] = String(limit).split(' per ')
  if (count === 'none') return null
  return { count: Number(count), windowMs: window === undefined ? null : durationMs(window) }
}

function parseAutomaticBlock(text: string): AutomaticBlock | null {
  const [profiles = '', window] = text.split(' per ')
  return window === undefined ? null : { profiles: Number(profiles), windowMs: durationMs(window) }
}

const isPattern = (value: string): boolean =>
  value.length > 2 && value.startsWith('/') && value.endsWith('/')

/** A topic or a blocked value that is written as `/…/`; null when it is a plain one. Anchoring is up to the author. */
export const patternOf = (value: string): RegExp | null =>
  isPattern(value) ? new RegExp(value.slice(1, -1), 'u') : null

/** The file's identity part with every default filled in: all types of the priority list, and those that it only describes. */
export function identityPolicy(identity: IdentityDefinition): IdentityPolicy {
  const names = new Set([...identity.priority, ...Object.keys(identity.types)])
  const types = new Map<string, IdentifierPolicy>()
  for (const name of names) {
    const own = identity.types[name]
    const standard = defaults[name]
    const limit = own?.limit ?? standard?.limit
    const blocked = own?.blocked ?? []
    const unique = own?.unique ?? standard?.unique ?? false
    // A login may meet many browsers, and its own limits bound it: cutting it off would take a person apart.
    const automatic = own?.automatic_block ?? (unique ? 'none' : identity.automatic_block)
    types.set(name, {
      unique,
      automaticBlock: parseAutomaticBlock(automatic),
      device: own?.device ?? standard?.device ?? false,
      limit: limit === undefined ? null : parseLimit(limit),
      blockedValues: new Set(blocked.filter((value) => !isPattern(value))),
      blockedPatterns: blocked.map(patternOf).filter((pattern) => pattern !== null),
    })
  }
  return {
    priority: identity.priority,
    types,
    cap: Math.min(identity.cap, identityCapMax),
    linkLifetimeMs:
      identity.link_lifetime === undefined ? null : durationMs(identity.link_lifetime),
    authoritative: new Set(identity.authoritative),
  }
}

/** How long a home remembers a link that it sent when no window says more. */
const shortestLinkMemoryMs = durationMs('30d')

/**
 * A home sends each distinct set of identifiers once in this time: the longest window. Twice in a link's lifetime at least, so that
 * one that goes on being seen never ends.
 */
export function linkMemoryMs({ types, linkLifetimeMs }: IdentityPolicy): number {
  const windows = [...types.values()].map(({ limit }) => limit?.windowMs ?? 0)
  const longest = Math.max(shortestLinkMemoryMs, ...windows)
  return linkLifetimeMs === null ? longest : Math.min(longest, Math.floor(linkLifetimeMs / 2))
}
