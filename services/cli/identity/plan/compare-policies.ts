import { emailPolicy } from '#runtime/definition/email-policy.ts'
import {
  type AutomaticBlock,
  type IdentifierLimit,
  type IdentifierPolicy,
  type IdentityPolicy,
  identityPolicy,
  patternOf,
} from '#runtime/definition/identity-policy.ts'
import type { IdentityDefinition } from '#runtime/definition/schema.ts'

/** A setting that another file has otherwise, both with their defaults filled in. */
export interface ChangedSetting {
  readonly setting: string
  readonly before: string
  readonly after: string
  /** `deploy`: can be deployed, and reaches the past by `identity apply`; `rebuild`: fixed within a generation. */
  readonly carriedBy: 'deploy' | 'rebuild'
}

export interface PolicyComparison {
  readonly settings: readonly ChangedSetting[]
  /** Values that are blocked from now on and were not, as the file spells them. */
  readonly newlyBlocked: readonly { readonly type: string; readonly value: string }[]
  /** What the change can't reach, in words. */
  readonly limits: readonly string[]
}

const durationOf = (milliseconds: number): string =>
  milliseconds % 86_400_000 === 0 ? `${milliseconds / 86_400_000}d` : `${milliseconds / 1000}s`
const lifetimeOf = ({ linkLifetimeMs }: IdentityPolicy): string =>
  linkLifetimeMs === null ? 'none' : durationOf(linkLifetimeMs)
const limitOf = (limit: IdentifierLimit | null): string => {
  if (limit === null) return 'none'
  return limit.windowMs === null
    ? String(limit.count)
    : `${limit.count} per ${durationOf(limit.windowMs)}`
}
const blockOf = (block: AutomaticBlock | null): string =>
  block === null ? 'none' : `${block.profiles} per ${durationOf(block.windowMs)}`

const ofType = (one: IdentifierPolicy | undefined): Readonly<Record<string, string>> =>
  one === undefined
    ? {}
    : {
        unique: String(one.unique),
        device: String(one.device),
        limit: limitOf(one.limit),
        automatic_block: blockOf(one.automaticBlock),
      }

const blockedOf = (identity: IdentityDefinition, type: string): readonly string[] =>
  (identity.types[type]?.blocked ?? []).toSorted()

/** What a file says of identity that the one in force does not, and how far it can reach. */
export function comparePolicies(
  current: IdentityDefinition,
  next: IdentityDefinition,
): PolicyComparison {
  const [old, policy] = [identityPolicy(current), identityPolicy(next)]
  const settings: ChangedSetting[] = []
  const note = (
    setting: string,
    before: string,
    after: string,
    carriedBy: ChangedSetting['carriedBy'] = 'deploy',
  ): void => {
    if (before !== after) settings.push({ setting, before, after, carriedBy })
  }
  note('priority', old.priority.join(' > '), policy.priority.join(' > '), 'rebuild')
  note('cap', String(old.cap), String(policy.cap))
  note('link_lifetime', lifetimeOf(old), lifetimeOf(policy))
  note('authoritative', namesOf(old.authoritative), namesOf(policy.authoritative))
  const types = [...new Set([...old.types.keys(), ...policy.types.keys()])]
  const newlyBlocked: { type: string; value: string }[] = []
  for (const type of types) {
    const [before, after] = [ofType(old.types.get(type)), ofType(policy.types.get(type))]
    for (const name of Object.keys({ ...before, ...after }))
      note(`types.${type}.${name}`, before[name] ?? 'none', after[name] ?? 'none')
    const [blocked, now] = [blockedOf(current, type), blockedOf(next, type)]
    const added = now.filter((value) => !blocked.includes(value))
    const removed = blocked.filter((value) => !now.includes(value))
    if (added.length + removed.length > 0)
      settings.push({
        setting: `types.${type}.blocked`,
        before: String(blocked.length),
        after: `${now.length} (${added.length} new, ${removed.length} gone)`,
        carriedBy: 'rebuild',
      })
    for (const value of added) if (patternOf(value) === null) newlyBlocked.push({ type, value })
  }
  const mail = emailPolicy(current)
  const mailNext = emailPolicy(next)
  for (const name of ['plus', 'dots', 'role', 'disposable'] as const)
    note(`types.email: ${name}`, mail[name], mailNext[name], 'rebuild')
  return { settings, newlyBlocked, limits: limitsOf(settings, current, next, types) }
}

const namesOf = (names: ReadonlySet<string>): string => [...names].toSorted().join(', ') || 'none'

function limitsOf(
  settings: readonly ChangedSetting[],
  current: IdentityDefinition,
  next: IdentityDefinition,
  types: readonly string[],
): readonly string[] {
  const limits: string[] = []
  const patterns = types.filter((type) =>
    blockedOf(next, type).some(
      (value) => patternOf(value) !== null && !blockedOf(current, type).includes(value),
    ),
  )
  const freed = types.filter((type) =>
    blockedOf(current, type).some((value) => !blockedOf(next, type).includes(value)),
  )
  if (patterns.length > 0)
    limits.push(
      `New patterns (${patterns.join(', ')}) reach only what comes in from then on: the log holds pseudonyms, which no pattern can be held against. Who was linked by such a value stays linked, unless you split that value off: identity split --identifier TYPE=VALUE.`,
    )
  if (freed.length > 0)
    limits.push(
      `Values that are blocked no more (${freed.join(', ')}) count from then on: links of the past keep that they were blocked.`,
    )
  if (settings.some(({ setting }) => setting === 'priority'))
    limits.push(
      'Another order of priority also decides which identifier owns an event: the profiles below are right, and the events move with a rebuild only.',
    )
  if (settings.some(({ setting }) => setting === 'link_lifetime'))
    limits.push(
      'A lifetime counts from the newest link that says the same. Homes send each set of identifiers once per window, so a link of the past may look older than its use.',
    )
  return limits
}
