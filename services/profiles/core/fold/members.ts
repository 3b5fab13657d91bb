import { memberEffectBase, type StatePart } from '#runtime/log/messages.ts'
import type { FragmentId } from '#runtime/event/ids.ts'
import { allParts, featureState, partOf } from '../content/parts.ts'
import type { ChangedParts } from '../content/changed-parts.ts'
import type { Fragment, FragmentContent } from '../state.ts'
import { type FoldContext, push } from './context.ts'
import { addFrameBytes, type Dirty, type MemberCause } from './flush.ts'

/** Name of the part that tells an owner why a member changed. It is not kept. */
export const causePart = 'cause'

/** Remembers that a fragment's owner must hear of a change. `parts` null: of everything. */
export function markDirty(
  context: FoldContext,
  id: FragmentId,
  fragment: Fragment,
  parts: ChangedParts | null,
  cause: MemberCause,
): void {
  const { flush } = context
  let dirty = flush.dirty.get(id)
  let bytes = 0
  if (dirty === undefined) {
    dirty = { parts: new Set(), whole: false, cause }
    flush.dirty.set(id, dirty)
    bytes = memberOverheadBytes
  }
  if (cause === 'event' || dirty.cause !== 'event') dirty.cause = cause
  bytes += parts === null ? addWhole(dirty, fragment) : addParts(dirty, fragment, parts)
  if (bytes === 0) return
  const target = context.partitionOfProfile(fragment.assigned, context.partitions)
  addFrameBytes(flush, target, bytes)
}

/** @returns Bytes that it adds. */
function addWhole(dirty: Dirty, { content }: Fragment): number {
  dirty.whole = true
  let bytes = 0
  for (const part of allParts(content)) bytes += part.name.length + 8 + jsonBytes(part.state)
  return bytes
}

/** @returns Bytes that those add which have not changed before. */
function addParts(dirty: Dirty, { content }: Fragment, parts: ChangedParts): number {
  let bytes = 0
  for (const name of parts) {
    if (dirty.parts.has(name)) continue
    dirty.parts.add(name)
    if (!dirty.whole) bytes += name.length + 8 + stateBytes(content, name)
  }
  return bytes
}

const memberOverheadBytes = 256

/** Of one part as it stands, without the copy that will be sent. */
function stateBytes(content: FragmentContent, name: string): number {
  switch (name) {
    case 'traits':
      return mapBytes(content.traits)
    case 'consent':
      return mapBytes(content.consent)
    case 'seen':
      return jsonBytes(content.seen)
    default:
      return jsonBytes(featureState(content, name) ?? null)
  }
}

/** Of a map as the object that is sent for it; nothing is sent as null. */
function mapBytes(map: ReadonlyMap<string, object>): number {
  if (map.size === 0) return jsonBytes(null)
  let bytes = 4
  for (const [key, value] of map) bytes += key.length + 4 + jsonBytes(value)
  return bytes
}

/** About the encoded size of plain JSON; only the order of magnitude matters, the limit leaves half of the frame free. */
function jsonBytes(value: unknown): number {
  if (typeof value === 'string') return value.length + 4
  if (value === null || typeof value !== 'object') return 10
  let bytes = 4
  if (Array.isArray(value)) for (const item of value) bytes += jsonBytes(item)
  else for (const [key, item] of Object.entries(value)) bytes += key.length + 4 + jsonBytes(item)
  return bytes
}

/**
 * The Members of a flush: each fragment that changed and is assigned elsewhere, once, at the position of the flush's last message
 * with numbers above every effect of it. Another flush cadence gives other numbers for the same state, never the same for another.
 */
export function emitMembers(context: FoldContext): void {
  const { flush, state } = context
  const position = (effect: number) => [flush.lastOffset, flush.lastIndex, effect] as const
  const dirty = [...flush.dirty].toSorted(([a], [b]) => (a < b ? -1 : 1))
  let effect = memberEffectBase
  for (const [id, change] of dirty) {
    const fragment = state.fragment(id)
    if (fragment === undefined || fragment.assigned === context.birthId(id)) continue
    const target = context.partitionOfProfile(fragment.assigned, context.partitions)
    push(flush, target, {
      position: position(effect++),
      body: {
        kind: 'member',
        profile: fragment.assigned,
        fragment: id,
        whole: change.whole,
        parts: memberParts(fragment, change),
      },
    })
  }
}

function memberParts(fragment: Fragment, change: Dirty): StatePart[] {
  const { content } = fragment
  const parts = change.whole
    ? allParts(content)
    : [...change.parts].toSorted().map((name) => partOf(content, name))
  return change.cause === 'event' ? parts : [...parts, { name: causePart, state: change.cause }]
}
