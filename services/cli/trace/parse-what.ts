import { TributaryError } from '#runtime/errors/index.ts'

/** A record in a topic, or one event or message of it. */
export interface Spot {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** null: all of the record. */
  readonly index: number | null
}

/** What a trace begins at. */
export type What =
  | ({ readonly kind: 'spot' } & Spot)
  /** A row of profiles or segment_transitions; `version` null: the newest of the profile. */
  | { readonly kind: 'profile'; readonly profile: string; readonly version: string | null }
  | { readonly kind: 'event'; readonly eventId: string }

const spotForm = /^([\w.-]{1,249})[:/](\d{1,7})[:/](\d{1,15})(?:[:/](\d{1,8}))?$/
const profileForm = /^profile:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?::(\d{1,20}))?$/i

/** @throws TributaryError TRB_USAGE. */
export function parseWhat(text: string): What {
  const [, profile, version] = profileForm.exec(text) ?? []
  if (profile !== undefined)
    return { kind: 'profile', profile: profile.toLowerCase(), version: version ?? null }
  if (text.startsWith('event:') && text.length > 'event:'.length)
    return { kind: 'event', eventId: text.slice('event:'.length) }
  const [, topic, partition, at, index] = spotForm.exec(text) ?? []
  if (topic !== undefined)
    return {
      kind: 'spot',
      topic,
      partition: Number(partition),
      offset: Number(at),
      index: index === undefined ? null : Number(index),
    }
  throw new TributaryError('TRB_USAGE', `${text} is nothing that can be traced`, {
    hint: 'Give <topic>:<partition>:<offset>[:<index>], profile:<id>[:<version>] or event:<event id>.',
  })
}

/** The correlation id of a place in a log. */
export const spotText = ({ topic, partition, offset, index }: Spot): string =>
  `${topic}:${partition}:${offset}${index === null ? '' : `:${index}`}`
