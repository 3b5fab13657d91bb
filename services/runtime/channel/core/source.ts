import type { Party, TraitKind } from '../../event/event.ts'
import type { Channel } from '../../event/vocabulary.ts'
import type { EpochMs } from '../../event/ids.ts'
import type { Copier, Fields } from './fields.ts'
import type { CountryCode } from './identifiers/phone.ts'
import type { ChannelLimits } from './limits.ts'
import type { BotCheck } from './machine.ts'
import type { CompiledMap } from './map/compile-map.ts'
import type { EventType } from '../../event/vocabulary.ts'
import type { Drop, EventDraft, Rejection } from './outcome.ts'

/** One entry of the pipeline file's `sources`, compiled. */
export interface SourceSettings {
  readonly channel: Channel
  /** Scope of the event ids, and its name in the source priority. */
  readonly name: string
  /** The normaliser: a vendor's name, `tributary` for our own envelope, `mapped` for a map. */
  readonly vendor: string
  /** IANA zone of times that the source writes without an offset. */
  readonly timeZone: string
  /** Country of phone numbers without a code. */
  readonly region: CountryCode | null
  /** Whether an event without an id of its own is known by its content; otherwise it is a dead letter. */
  readonly contentIds: boolean
  /** The vendor's consent category → purpose of the pipeline file; a category that is not listed is a purpose itself. */
  readonly consentPurposes: Readonly<Record<string, string>>
  /** Purposes for which the company states a basis of its own, for people who have not answered. */
  readonly basis: readonly string[]
  readonly party: Party
  readonly traitKind: TraitKind
  readonly map: CompiledMap | null
}

/** What a normaliser may know beside the item. No clock: `receivedAt` is the only now. */
export interface DraftContext {
  readonly source: SourceSettings
  readonly receivedAt: EpochMs
  /** Avro schema of the raw record; null: no Avro. */
  readonly schemaId: number | null
  readonly limits: ChannelLimits
  readonly botCheck: BotCheck
  /** Types of the identity policy: a vendor's free-form fields may carry them. */
  readonly identifierTypes: ReadonlySet<string>
  /**
   * Top-level properties that the pipeline file reads or keeps; null: nobody says, so all. What a source adds of its own accord (the
   * device, the browser) need not be copied where nobody reads it. An event that only its content identifies is read in full all the same.
   */
  readonly propertiesRead: ReadonlySet<string> | null
  /** The copier, begun anew for one event: one at a time. */
  copier(): Copier
}

/** What a vendor's documentation names, and what each is in our words. */
export interface Catalogue {
  /** Where the vendor says so. */
  readonly documentation: string
  /** Every event type that the documentation names → ours. One that says different things by its fields has its usual meaning here. */
  readonly types: Readonly<Record<string, EventType | 'dropped'>>
  /** The name in `types` that an item goes by; undefined: it states none. */
  nameOf(item: Fields): string | undefined
}

/** Reads one vendor's records. Pure; a throw in here is a bug. */
export interface Vendor {
  readonly name: string
  /** Absent: records of any shape (a map, our own envelope), which have no types of their own. */
  readonly catalogue?: Catalogue
  /** Whether an item looks like this vendor's, when no source is configured. */
  detects(item: Fields): boolean
  /** Whether text that is no JSON looks like this vendor's. Absent: it sends none. */
  readonly detectsText?: (text: string) => boolean
  /** The items of one record in their order; one place each in the event index, readable or not. Text of a source of format `text`. */
  split(record: unknown, source: SourceSettings): readonly unknown[] | Rejection
  draft(item: Fields, context: DraftContext): EventDraft | Rejection | Drop
}
