import { type Fields, own, ownFields, ownText } from '#runtime/channel/core/fields.ts'

/** A call that names no `type`, as the bodies of the HTTP API do not need to (the path says it), by the field that it alone has. */
function kindByFields(item: Fields): string | undefined {
  if (ownText(item, 'event') !== undefined) return 'track'
  if (own(item, 'previousId') !== undefined) return 'alias'
  if (own(item, 'groupId') !== undefined) return 'group'
  return ownFields(item, 'traits') ? 'identify' : undefined
}

/**
 * The present names of the fields, for a call that states no `type`: the form that webhooks had until 2015 (`action`, `sessionId`,
 * `options`, `from` and `to`), the examples of the e-mail spec (`user_id`, `context.user_agent`), and plain bodies of the HTTP API.
 * https://segment.com/docs/connections/spec/migration-guide/
 */
export function modernCall(item: Fields): Fields {
  if (ownText(item, 'type') !== undefined) return item
  const context = ownFields(item, 'context') ?? ownFields(item, 'options')
  const names: Fields = {
    type: ownText(item, 'action')?.toLowerCase() ?? kindByFields(item),
    userId: own(item, 'userId') ?? own(item, 'user_id') ?? own(item, 'to'),
    anonymousId: own(item, 'anonymousId') ?? own(item, 'anonymous_id') ?? own(item, 'sessionId'),
    previousId: own(item, 'previousId') ?? own(item, 'from'),
    context: context && {
      ...context,
      userAgent: own(context, 'userAgent') ?? own(context, 'user_agent'),
    },
  }
  return { ...item, ...names }
}
