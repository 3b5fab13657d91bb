import type { Fields } from '#runtime/channel/core/fields.ts'

/** One call of the six or so that Segment invented, and all its relatives speak, taken apart. */
export interface Call {
  /** `track`, `page`, `screen`, `identify`, `alias`, `group`, or what a relative has beside them. */
  readonly kind: string
  readonly item: Fields
  readonly context: Fields | undefined
  readonly properties: Fields | undefined
  /** Traits of the person, best first: those of an `identify`, then `context.traits`, by which other calls say whom they are about. */
  readonly traits: readonly Fields[]
}
