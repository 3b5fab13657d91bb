import type { JsonValue } from '../../../event/event.ts'
import { type Copier, type Fields, isSafeName } from '../fields.ts'
import type { Refusal } from './refusal.ts'

/** What the event of a message says beside whom and when, in names that all e-mail vendors share. Values are copied within limits. */
export interface MailFacts {
  readonly recipient: unknown
  readonly messageId: unknown
  /** One label or several, by which the sender groups messages. */
  readonly tags?: unknown
  readonly campaign?: unknown
  readonly subject?: unknown
  /** The link of a click. */
  readonly url?: unknown
  readonly userAgent?: unknown
  readonly ip?: unknown
  /** SMTP status, and what the receiving server said. */
  readonly status?: unknown
  readonly response?: unknown
  readonly refusal?: Partial<Refusal> | undefined
}

/**
 * The properties of a message's event: the sender's own arguments (`custom`, each level of precedence in turn, later ones win) under their
 * own names, then the facts under ours, `tags` always a list.
 * @param read Of the facts, those that somebody reads, and the link of a click; null: nobody says, so all. Limits hold for all.
 */
export function mailProperties(
  facts: MailFacts,
  custom: readonly (Fields | undefined)[],
  copier: Copier,
  read: ReadonlySet<string> | null = null,
): Record<string, JsonValue> {
  const out: Record<string, JsonValue> = {}
  const put = (name: string, value: unknown): void => {
    const copied = copier.copy(value)
    if (copied !== undefined && copied !== null && copied !== '') out[name] = copied
  }
  // The limits are the whole event's, whoever reads it: the pipeline file does not say what is a dead letter.
  const tell = (name: string, value: unknown): void => {
    if (read === null || read.has(name)) put(name, value)
    else copier.copy(value)
  }
  for (const fields of custom)
    if (fields)
      for (const name of Object.keys(fields)) if (isSafeName(name)) put(name, fields[name])
  tell('message_id', facts.messageId)
  tell('recipient', facts.recipient)
  tell('campaign', facts.campaign)
  tell('subject', facts.subject)
  put('url', facts.url)
  tell('user_agent', facts.userAgent)
  tell('ip', facts.ip)
  tell('status', facts.status)
  tell('response', facts.response)
  const tags = copier.copy(asTags(facts.tags)) ?? []
  if (read === null || read.has('tags')) out['tags'] = tags
  tell('bounce_class', facts.refusal?.bounceClass)
  tell('reject_reason', facts.refusal?.rejectReason)
  return out
}

const asTags = (tags: unknown): readonly unknown[] =>
  Array.isArray(tags)
    ? tags.filter((tag) => tag !== null && tag !== '')
    : tags === undefined || tags === null || tags === ''
      ? []
      : [tags]
