import { identityPolicy, type IdentityPolicy } from '#runtime/definition/identity-policy.ts'
import { type IdentityDefinition, identitySchema } from '#runtime/definition/schema.ts'
import {
  definitionVersion,
  epochMs,
  type EventKey,
  type FragmentId,
  type ProfileId,
} from '#runtime/event/ids.ts'
import type { CommandRecord, LinkRecord, LinksRecord } from '#runtime/log/links.ts'
import type { Decision, LinkerEffect } from '../effects.ts'
import { createLinker, type Linker, type LinksEntry } from '../linker.ts'
import type { LooseEnds } from '../loose-ends.ts'
import { createMemoryState } from '../memory-state.ts'
import type { LinkerState } from '../state.ts'

/** `u:A` and so on, as short names of identifiers in tests. */
const types: Readonly<Record<string, string>> = {
  c: 'crm_id',
  u: 'user_id',
  e: 'email',
  p: 'phone',
  d: 'anonymous_id',
}

/** `u:A` → `user_id:A`. */
export function fragment(short: string): FragmentId {
  const at = short.indexOf(':')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- short names stand for pseudonyms
  return `${types[short.slice(0, at)] ?? short.slice(0, at)}${short.slice(at)}` as FragmentId
}

export const shortOf = (id: string): string => {
  const at = id.indexOf(':')
  const short = Object.entries(types).find(([, type]) => type === id.slice(0, at))?.[0]
  return `${short ?? id.slice(0, at)}${id.slice(at)}`
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- short names stand for pseudonyms
export const birthOf = (id: FragmentId): ProfileId => `born ${shortOf(id)}` as ProfileId

export function testPolicy(identity: Partial<IdentityDefinition> = {}): IdentityPolicy {
  return identityPolicy(identitySchema.parse(identity))
}

let sent = 0

/** A link of the identifiers `u:A d:1`; `!` in front marks junk. */
export function link(set: string, about: Partial<LinkRecord> = {}): LinkRecord {
  sent += 1
  const at = about.logTime ?? epochMs(sent)
  return {
    kind: 'link',
    linkId: `link ${sent}`,
    sender: { generation: 0, partition: 0, position: [sent, 0, 0] },
    identifiers: set
      .split(' ')
      .map((word) =>
        word.startsWith('!')
          ? { id: fragment(word.slice(1)), blocked: 'builtin:test' }
          : { id: fragment(word), blocked: null },
      ),
    eventId: `event ${sent}`,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- short names stand for pseudonyms
    eventKey: `key ${sent}` as EventKey,
    source: 'test',
    eventType: 'page_viewed',
    occurredAt: at,
    receivedAt: at,
    logTime: at,
    ...about,
  }
}

export function command(
  action: CommandRecord['action'],
  set: string,
  about: { readonly at?: number; readonly id?: string } = {},
): CommandRecord {
  sent += 1
  return {
    kind: 'command',
    commandId: about.id ?? `command ${sent}`,
    at: epochMs(about.at ?? sent),
    by: 'ada',
    reason: 'test',
    action,
    fragments: set.split(' ').map(fragment),
  }
}

export const define = (version: number): LinksRecord => ({
  kind: 'define',
  version: definitionVersion(version),
  at: epochMs(0),
})

export const decisionsIn = (effects: readonly LinkerEffect[]): readonly Decision[] =>
  effects.flatMap((effect) => (effect.kind === 'decision' ? [effect.decision] : []))

/** Every identifier that a history names, but for junk. */
export const namedIn = (history: readonly LinksRecord[]): ReadonlySet<FragmentId> =>
  new Set(
    history.flatMap((record) =>
      record.kind === 'link'
        ? record.identifiers.filter(({ blocked }) => blocked === null).map(({ id }) => id)
        : record.kind === 'command'
          ? record.fragments
          : [],
    ),
  )

export interface TestLinker extends Linker {
  readonly state: LinkerState
  /** Appends to the log and folds it. */
  say(...records: readonly LinksRecord[]): readonly LinkerEffect[]
  /** Profiles with more than one identifier, each as its members in order, e.g. `d:1 u:A`. */
  profiles(): readonly string[]
  profileOf(short: string): ProfileId
}

export function testLinker(
  policies: IdentityPolicy | ((version: number | null) => IdentityPolicy) = testPolicy(),
  state: LinkerState = createMemoryState(),
  looseEnds?: LooseEnds,
): TestLinker {
  const linker = createLinker({
    state,
    policies: (version) => (typeof policies === 'function' ? policies(version) : policies),
    birthProfileId: birthOf,
    ...(looseEnds && { looseEnds }),
  })
  const named = new Set<FragmentId>()
  const fold = (entry: LinksEntry): readonly LinkerEffect[] => {
    const { record } = entry
    if (record.kind === 'link') for (const { id } of record.identifiers) named.add(id)
    if (record.kind === 'command') for (const id of record.fragments) named.add(id)
    return linker.fold(entry)
  }
  return {
    state,
    fold,
    say: (...records) =>
      records.flatMap((record) => {
        const offset = state.meta.nextOffset
        return fold({ offset, key: `key ${offset}`, record })
      }),
    profiles() {
      const groups = new Map<FragmentId, string[]>()
      for (const id of named) {
        const component = state.node(id)?.component ?? id
        groups.set(component, [...(groups.get(component) ?? []), shortOf(id)])
      }
      return [...groups.values()]
        .filter((members) => members.length > 1)
        .map((members) => members.toSorted().join(' '))
        .toSorted()
    },
    profileOf: (short) => birthOf(state.node(fragment(short))?.component ?? fragment(short)),
  }
}
