import { listed } from '#runtime/channel/core/listed.ts'
import type { EventType } from '#runtime/event/vocabulary.ts'

/** What the name of a `track` call means. */
export interface TrackMeaning {
  readonly type: EventType
  /** The name as the documentation spells it; null: it names no such event, the company made it up. */
  readonly documented: string | null
}

/** Documented name → our type; null: our vocabulary has none, so that it is kept as `custom:<name>`. */
export type TrackTable = Readonly<Record<string, EventType | null>>

export interface TrackNames {
  meaning(name: string): TrackMeaning
  /** The entries of the catalogue: `track: Order Completed` → `order_completed`. */
  readonly types: Readonly<Record<string, EventType>>
}

/** A table of names that our vocabulary has no word for. */
export const withoutType = (text: string): TrackTable =>
  Object.fromEntries(listed(text).map((name) => [name, null]))

/** Compared without regard to case, blanks, dashes and underscores, since libraries write them all ways. */
const fold = (name: string): string => name.toLowerCase().replaceAll(/[\s_-]+/g, '')

export const customType = (name: string): EventType => `custom:${name.slice(0, 128)}`

/** What `nameOf` of a catalogue says of a `track` call. */
export const trackEntry = (name: string): string => `track: ${name}`

/** The longest name that is remembered; a longer one is worked out anew, so that strangers cannot fill the memory. */
const nameLengthMax = 200

/**
 * @param spellings Undocumented spelling that libraries used → the documented name.
 * @param namesMax Names as they are written that are remembered with their meaning: they are few and come with each event.
 */
export function createTrackNames(
  table: TrackTable,
  spellings: Readonly<Record<string, string>> = {},
  namesMax = 2000,
): TrackNames {
  const documented = Object.entries(table).map(
    ([name, type]): TrackMeaning => ({ type: type ?? customType(name), documented: name }),
  )
  const byFoldedName = new Map(
    documented.map((meaning) => [fold(meaning.documented ?? ''), meaning]),
  )
  for (const [spelling, name] of Object.entries(spellings)) {
    const meaning = byFoldedName.get(fold(name))
    if (meaning !== undefined) byFoldedName.set(fold(spelling), meaning)
  }
  const known = new Map<string, TrackMeaning>()
  return {
    types: Object.fromEntries(
      documented.map(({ type, documented: name }) => [trackEntry(name ?? ''), type]),
    ),
    meaning(name) {
      const remembered = known.get(name)
      if (remembered !== undefined) return remembered
      const trimmed = name.trim()
      const meaning = byFoldedName.get(fold(trimmed.slice(0, nameLengthMax))) ?? {
        type: customType(trimmed),
        documented: null,
      }
      if (name.length <= nameLengthMax) {
        if (known.size >= namesMax) known.clear()
        known.set(name, meaning)
      }
      return meaning
    },
  }
}
