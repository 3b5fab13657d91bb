import { type Fields, isRejection, ownText } from '#runtime/channel/core/fields.ts'
import { type Rejection, reject } from '#runtime/channel/core/outcome.ts'
import type { Catalogue } from '#runtime/channel/core/source.ts'
import type { EventType } from '#runtime/event/vocabulary.ts'
import { customType, type TrackMeaning, type TrackNames, trackEntry } from './track-names.ts'

/** The calls that a vendor documents, and the events that it documents for `track`. */
export interface CallNames {
  /** Calls beside `track`, in lower case → our type. */
  readonly calls: Readonly<Record<string, EventType>>
  readonly tracks: TrackNames
}

/** The calls that all relatives have beside `track`. */
export const commonCalls = {
  page: 'page_viewed',
  screen: 'screen_viewed',
  identify: 'identified',
  alias: 'aliased',
  group: 'grouped',
} as const satisfies Readonly<Record<string, EventType>>

/** The call in lower case, whatever case it is written in; undefined: it states none. */
export function kindOf(item: Fields): string | undefined {
  const written = ownText(item, 'type')
  if (written === undefined || written === 'track' || Object.hasOwn(commonCalls, written))
    return written
  return written.toLowerCase()
}

/** What a call means; `documented` is the call's name, for `track` the event's. */
export function meaningOf(item: Fields, kind: string, names: CallNames): TrackMeaning | Rejection {
  if (kind !== 'track') {
    const type = Object.hasOwn(names.calls, kind) ? names.calls[kind] : undefined
    return type === undefined
      ? { type: customType(kind), documented: null }
      : { type, documented: kind }
  }
  const event = ownText(item, 'event')
  const meaning = event === undefined ? undefined : names.tracks.meaning(event)
  return meaning === undefined || meaning.type === 'custom:'
    ? reject('missing_field', 'event')
    : meaning
}

/**
 * The catalogue of such a vendor. A `track` call goes by its event (`track: Order Completed`, as the documentation spells it), any
 * other by itself; there is no entry for `track` alone, which says nothing.
 * @param modern What the vendor makes of an item of an older form.
 */
export const catalogueOf = (
  documentation: string,
  names: CallNames,
  modern: (item: Fields) => Fields = (item) => item,
): Catalogue => ({
  documentation,
  types: { ...names.calls, ...names.tracks.types },
  nameOf(written) {
    const item = modern(written)
    const kind = kindOf(item)
    const meaning = kind === undefined ? undefined : meaningOf(item, kind, names)
    if (kind !== 'track' || meaning === undefined || isRejection(meaning)) return kind
    return trackEntry(meaning.documented ?? meaning.type.slice('custom:'.length))
  },
})
