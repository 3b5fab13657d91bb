import { stateBytesMax } from '#runtime/definition/state-bounds.ts'
import type { FragmentId } from '#runtime/event/ids.ts'
import { jsonBytes, memberBytes } from '#runtime/log/json-bytes.ts'
import { memberEffectBase, type StatePart } from '#runtime/log/messages.ts'
import { allParts, featureState, partOf } from '../content/parts.ts'
import type { ChangedParts } from '../content/changed-parts.ts'
import { featuresById } from '../content/parse-part.ts'
import type { ConsentDeclarations, Fragment, FragmentContent } from '../state.ts'
import { candidatesBytes } from '../traits/candidates.ts'
import { definitionInForce, type FoldContext, push } from './context.ts'
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
    dirty = { parts: new Map(), whole: false, cause }
    flush.dirty.set(id, dirty)
    bytes = memberOverheadBytes
  }
  if (cause === 'event' || dirty.cause !== 'event') dirty.cause = cause
  bytes +=
    parts === null ? addWhole(context, dirty, id, fragment) : addParts(dirty, fragment, parts)
  if (bytes === 0) return
  const target = context.partitionOfProfile(fragment.assigned, context.partitions)
  addFrameBytes(flush, target, bytes)
}

/** @returns Bytes that it adds: the new owner hears all of it, whatever was counted for the one before. */
function addWhole(context: FoldContext, dirty: Dirty, id: FragmentId, fragment: Fragment): number {
  dirty.whole = true
  const bytes = countWhole(dirty, fragment.content)
  if (bytes <= stateBytesMax) return bytes
  forgetOld(context, fragment.content)
  context.state.putFragment(id, fragment)
  return countWhole(dirty, fragment.content)
}

function countWhole({ parts }: Dirty, content: FragmentContent): number {
  parts.clear()
  let sum = 0
  for (const { name, state } of allParts(content)) {
    const bytes = partBytes(name, jsonBytes(state))
    parts.set(name, bytes)
    sum += bytes
  }
  return sum
}

/** Features of older files keep their states for the day on which a file has them again, as long as there is room. */
function forgetOld(context: FoldContext, { features }: FragmentContent): void {
  const inForce = featuresById(definitionInForce(context))
  for (const id of features.keys()) if (!inForce.has(id)) features.delete(id)
}

/** @returns Bytes by which those parts have grown since they were counted. */
function addParts({ parts }: Dirty, { content }: Fragment, changed: ChangedParts): number {
  let bytes = 0
  for (const name of changed) {
    const now = partBytes(name, stateBytes(content, name))
    bytes += now - (parts.get(name) ?? 0)
    parts.set(name, now)
  }
  return bytes
}

const memberOverheadBytes = 256

/** A name and a text of JSON, each after its length. */
const partBytes = (name: string, state: number): number => name.length + state + 8

/** Of one part as it stands, without the copy that will be sent. */
function stateBytes(content: FragmentContent, name: string): number {
  switch (name) {
    case 'traits':
      return mapBytes(content.traits, candidatesBytes)
    case 'consent':
      return mapBytes(content.consent, declarationsBytes)
    case 'seen':
      return seenBytes
    default:
      return jsonBytes(featureState(content, name) ?? null)
  }
}

const nothingBytes = 4
/** Four numbers and their names. */
const seenBytes = 120

const declarationsBytes = ({ basisAt, declared }: ConsentDeclarations): number =>
  jsonBytes({ basisAt, declared: declared && { ...declared } })

/** Of a map as the object that is sent for it; nothing is sent as null. */
function mapBytes<Value>(
  map: ReadonlyMap<string, Value>,
  bytesOf: (value: Value) => number,
): number {
  if (map.size === 0) return nothingBytes
  let bytes = 2
  for (const [name, value] of map) bytes += memberBytes(name) + bytesOf(value)
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
    : [...change.parts.keys()].toSorted().map((name) => partOf(content, name))
  return change.cause === 'event' ? parts : [...parts, { name: causePart, state: change.cause }]
}
