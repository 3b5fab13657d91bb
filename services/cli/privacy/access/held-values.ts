import type { ProfileView } from '../../profile/profile-view.ts'
import type {
  HeldConsent,
  HeldFeature,
  HeldSegment,
  HeldTrait,
  HeldTransition,
} from './access-view.ts'
import type { Meanings } from './meanings.ts'

/** The value of a trait by where it came from: the event that gave it. */
export type TraitEvents = ReadonlyMap<string, string>

/** Traits that have a value. */
export const heldTraits = (
  { traits }: ProfileView,
  meanings: Meanings,
  events: TraitEvents,
): readonly HeldTrait[] =>
  Object.entries(traits)
    .filter(([, { value }]) => value !== null)
    .map(([name, trait]) => ({
      name,
      description: meanings.traits.get(name)?.description ?? '',
      ...trait,
      event_id: events.get(name) ?? null,
      purpose: meanings.traits.get(name)?.purpose ?? null,
    }))

/** Features that have a value, and those that are withheld, whatever their value is. */
export function heldFeatures(profile: ProfileView, meanings: Meanings): readonly HeldFeature[] {
  return Object.entries(profile.features).flatMap(([name, { value, ref_time }]) => {
    const purpose = meanings.features.get(name)?.purpose ?? null
    const withheld = purpose !== null && !isGiven(profile.consent[purpose])
    const isEmpty = value === null || (Array.isArray(value) && value.length === 0)
    if (isEmpty && !withheld) return []
    const description = meanings.features.get(name)?.description ?? ''
    return [{ name, description, purpose, value, as_of_event: ref_time, withheld }]
  })
}

const isGiven = (state: string | undefined): boolean => state === 'given' || state === 'basis'

export const heldSegments = (
  { segments }: ProfileView,
  meanings: Meanings,
  history: readonly HeldTransition[],
): readonly HeldSegment[] =>
  Object.entries(segments).map(([name, { member, entered_at, exited_at, because }]) => {
    const joint = history.some(
      (turn) =>
        turn.joint &&
        turn.segment === name &&
        turn.to === (member ? 'entered' : 'exited') &&
        turn.at === (member ? entered_at : exited_at),
    )
    return {
      name,
      description: meanings.segments.get(name)?.description ?? '',
      objective: meanings.segments.get(name)?.objective ?? '',
      purpose: meanings.segments.get(name)?.purpose ?? null,
      member,
      since: entered_at,
      until: member ? null : exited_at,
      because: joint ? null : because,
      joint,
    }
  })

export const heldConsent = ({ consent }: ProfileView, meanings: Meanings): readonly HeldConsent[] =>
  Object.entries(consent).map(([purpose, state]) => ({
    purpose,
    description: meanings.purposes.get(purpose) ?? '',
    state,
  }))
