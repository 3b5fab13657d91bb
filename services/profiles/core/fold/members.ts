import { memberEffectBase, type StatePart } from '#runtime/log/messages.ts'
import type { FragmentId } from '#runtime/event/ids.ts'
import type { JsonValue } from '#runtime/event/event.ts'
import { allParts, partOf } from '../content/parts.ts'
import type { ChangedParts } from '../content/changed-parts.ts'
import type { Fragment } from '../state.ts'
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
  if (dirty === undefined) {
    dirty = { parts: new Set(), whole: false, cause }
    flush.dirty.set(id, dirty)
    account(context, fragment, memberOverheadBytes)
  }
  if (cause === 'event' || dirty.cause !== 'event') dirty.cause = cause
  if (parts === null) {
    dirty.whole = true
    let bytes = 0
    for (const part of allParts(fragment.content)) bytes += partBytes(part)
    account(context, fragment, bytes)
    return
  }
  for (const name of parts) {
    if (dirty.parts.has(name)) continue
    dirty.parts.add(name)
    if (!dirty.whole) account(context, fragment, partBytes(partOf(fragment.content, name)))
  }
}

const memberOverheadBytes = 256

function account(context: FoldContext, fragment: Fragment, bytes: number): void {
  const target = context.partitionOfProfile(fragment.assigned, context.partitions)
  addFrameBytes(context.flush, target, bytes)
}

const partBytes = (part: StatePart): number => part.name.length + 8 + jsonBytes(part.state)

/** About the encoded size; only the order of magnitude matters, the limit leaves half of the frame free. */
function jsonBytes(value: JsonValue): number {
  if (typeof value === 'string') return value.length + 4
  if (value === null || typeof value !== 'object') return 10
  let bytes = 4
  if (Array.isArray(value))
    for (const item of value as readonly JsonValue[]) bytes += jsonBytes(item)
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
