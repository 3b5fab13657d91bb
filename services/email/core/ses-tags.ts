import { asList, type Fields, isSafeName, own, ownFields } from '#runtime/channel/core/fields.ts'
import { mailHeader } from '#runtime/channel/core/mail/identifiers.ts'

const none: Fields = {}

/** SES allows 50 tags in a message. */
const tagsMax = 100

/** `a=b, c=d`, as the sender wrote it. */
function parseTags(header: string): Fields {
  const out: Record<string, unknown> = {}
  for (const pair of header.slice(0, 20_000).split(',', tagsMax)) {
    const at = pair.indexOf('=')
    const name = pair.slice(0, at).trim()
    if (at > 0 && isSafeName(name)) out[name] = pair.slice(at + 1).trim()
  }
  return out
}

/**
 * The sender's own tags, without SES's, which begin with `ses:`. One value is the usual case, and stands by itself. Feedback of an
 * identity has no tags, but where it includes the headers, that of the tags is among them.
 */
export function tagsOf(mail: Fields | undefined): Fields {
  if (mail === undefined) return none
  const tags = ownFields(mail, 'tags')
  if (tags === undefined) {
    const header = mailHeader(own(mail, 'headers'), 'x-ses-message-tags')
    return header === undefined ? none : parseTags(header)
  }
  const out: Record<string, unknown> = {}
  for (const name of Object.keys(tags)) {
    if (name.startsWith('ses:') || !isSafeName(name)) continue
    const values = asList(tags[name])
    out[name] = values?.length === 1 ? values[0] : tags[name]
  }
  return out
}
