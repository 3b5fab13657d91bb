/** What the world knows of one event that it sent: the truth that outcomes are compared with. */
export interface LedgerEntry {
  /** Event id within its source, as the source gives it. For a record that can't be read: its own number in the world. */
  readonly id: string
  readonly source: string
  /** Its source's name in the pipeline file; our own envelope carries events of sources of their own names. */
  readonly configuredSource: string
  readonly channel: 'email' | 'web' | 'crm'
  readonly type: string
  /** Event time, UTC milliseconds. */
  readonly at: number
  /** The true person; null: a bot, or nobody in particular. */
  readonly person: number | null
  /** Usable identifiers, [type, normalised value]. */
  readonly identifiers: readonly (readonly [string, string])[]
  /** True when one of the identifiers is a device that others use too. */
  readonly sharedDevice: boolean
  readonly machine: boolean
  readonly properties: Readonly<Record<string, string | number | boolean>>
  readonly traits: Readonly<Record<string, string | number | boolean>>
  /** Purposes that the event answers. */
  readonly consent: Readonly<Record<string, 'granted' | 'denied'>>
  /** What must become of it. A `duplicate` was sent before under the same id. */
  readonly fate: 'applied' | 'duplicate' | 'unattributed' | 'dead_letter'
  /** Reason code of a dead letter. */
  readonly reason: string | null
}

export const worldTopics = [
  'channel.email',
  'channel.web',
  'channel.crm',
  'channel.crm.till',
  'channel.crm.tributary',
  'channel.email.any',
  'channel.web.any',
  'channel.crm.any',
] as const
export type WorldTopic = (typeof worldTopics)[number]

/** A raw record as a vendor or system sends it, with the truth about its events in the order in which they stand in it. */
export interface WorldRecord {
  readonly topic: WorldTopic
  readonly value: Uint8Array
  readonly headers: Readonly<Record<string, string>>
  readonly entries: readonly LedgerEntry[]
}
