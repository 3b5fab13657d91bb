import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import type { ProfileId } from '#runtime/event/ids.ts'
import type { Body } from '#runtime/log/messages.ts'
import { type Because, becauseOf } from '../segments/because.ts'
import { createProfileView, type ProfileView } from '../segments/profile-reader.ts'
import { addTransition, publishEntry } from './add-rows.ts'
import { notOwner } from './apply-member.ts'
import { definitionInForce, type FoldContext, ownPartition, type Rejected } from './context.ts'
import { memberContents, sumMembers } from './members-of.ts'

/**
 * Where the generation before had a profile. Whom the rules of this one have shut out leaves here, with a transition that says `define`: the
 * public, and whoever reads the tables, knew her as a member. Whom they let in has entered when they did, in the tables; the public hears of it
 * here, if anybody wants it to.
 */
export function foldHeld(
  context: FoldContext,
  { profile: id, segments: names }: Extract<Body, { kind: 'held' }>,
): Rejected | undefined {
  if (!ownPartition(context, id)) return notOwner
  const { state } = context
  const profile = state.profile(id)
  const definition = definitionInForce(context)
  const at = state.meta.clock
  const held = new Set(names)
  const view = profile === undefined ? null : viewOf(context, id, definition)
  for (const segment of [...held].toSorted()) {
    const membership = profile?.segments.get(segment)
    if (membership?.member === true) continue
    const rule = definition.segments.find(({ name }) => name === segment)
    const ruleHash = rule?.ruleHash ?? membership?.ruleHash ?? ''
    const because: Because =
      rule === undefined || view === null || !view.gate.given(rule.purpose)
        ? {}
        : becauseOf(rule, view, definition, at)
    addTransition(context, id, { segment, to: 'exited', cause: 'define', because, ruleHash }, at)
  }
  for (const [segment, { because, member, ruleHash }] of profile?.segments ?? [])
    if (member && !held.has(segment))
      publishEntry(context, id, { segment, to: 'entered', cause: 'define', because, ruleHash }, at)
  return undefined
}

function viewOf(
  context: FoldContext,
  id: ProfileId,
  definition: CompiledDefinition,
): ProfileView | null {
  const profile = context.state.profile(id)
  if (profile === undefined) return null
  const summed = sumMembers(memberContents(context, id, profile), definition)
  return createProfileView(summed, definition, context.state.meta.clock)
}
