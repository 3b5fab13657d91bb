import type { Act } from './acts.ts'
import type { WorldTopic } from './ledger.ts'
import { debeziumChange } from './payloads/contacts/debezium.ts'
import { hubspotEvent } from './payloads/contacts/hubspot.ts'
import type { ContactAct } from './payloads/contacts/kinds.ts'
import { salesforceEvent } from './payloads/contacts/salesforce.ts'
import { brazeEvent, brazePost } from './payloads/mail/braze.ts'
import { brevoEvent } from './payloads/mail/brevo.ts'
import { customerioEvent } from './payloads/mail/customerio.ts'
import type { MailAct } from './payloads/mail/letter.ts'
import { mailgunEvent } from './payloads/mail/mailgun.ts'
import { mailjetEvent } from './payloads/mail/mailjet.ts'
import { mandrillEvent, mandrillForm } from './payloads/mail/mandrill.ts'
import { postmarkEvent } from './payloads/mail/postmark.ts'
import { resendEvent } from './payloads/mail/resend.ts'
import { sendgridEvent } from './payloads/mail/sendgrid.ts'
import { sesEvent } from './payloads/mail/ses.ts'
import { sparkpostEvent } from './payloads/mail/sparkpost.ts'
import { rudderstackCall } from './payloads/web/rudderstack.ts'
import { segmentCall, type WebAct, webFlaw } from './payloads/web/segment.ts'
import { snowplowEvent, snowplowLines } from './payloads/web/snowplow.ts'
import type { Told } from './payloads/told.ts'
import { isOfSalesforce } from './people.ts'
import type { Random } from './random.ts'

/** A platform that tells of acts, and how its records reach the broker. */
export interface Carrier<A extends Act = Act> {
  readonly source: string
  readonly topic: WorldTopic
  /** The topic is shared, and the record's shape, or its header, says whose it is: the topic's source in the file. Else null. */
  readonly detected: string | null
  readonly format: 'json' | 'text'
  /** Events in one record at the most. */
  readonly largest: number
  readonly weight: number
  tell(random: Random, act: A): Told
  wrap(payloads: readonly object[]): string
}

/** The platforms of one trade. */
interface Carriers<A extends Act> {
  choose(random: Random, act: Act): Carrier<A>
}

type Draft<A extends Act> = Pick<Carrier<A>, 'source' | 'topic' | 'weight' | 'tell'> &
  Partial<Carrier<A>>

const listed = (payloads: readonly object[]): string => JSON.stringify(payloads)
/** A webhook that posts one event at a time. */
const alone = ([payload]: readonly object[]): string => JSON.stringify(payload)

const sharedBy = (topic: WorldTopic): string | null =>
  topic.endsWith('.any') ? `other_${topic.split('.')[1]?.replace('email', 'mail') ?? ''}` : null

const carrier = <A extends Act>(draft: Draft<A>): Carrier<A> => ({
  detected: sharedBy(draft.topic),
  format: 'json',
  largest: 1,
  wrap: draft.largest === undefined ? alone : listed,
  ...draft,
})

const clockAhead = 4_102_444_800

/** Now and then one event of a batch is from a clock that runs far ahead; its neighbours must not suffer. */
function flawedSendgrid(random: Random, act: MailAct): Told {
  const told = sendgridEvent(random, act)
  if (!random.chance(0.002)) return told
  return {
    payload: { ...told.payload, timestamp: clockAhead },
    entry: {
      ...told.entry,
      at: clockAhead * 1000,
      fate: 'dead_letter',
      reason: 'future_event_time',
    },
  }
}

/** The shop's own mail. */
export const sendgrid: Carrier<MailAct> = carrier({
  source: 'sendgrid',
  topic: 'channel.email',
  weight: 64,
  largest: 5,
  tell: flawedSendgrid,
})
const any = { topic: 'channel.email.any', weight: 4 } as const
const mail: readonly Carrier<MailAct>[] = [
  sendgrid,
  carrier({ ...any, source: 'mailgun', tell: mailgunEvent }),
  carrier({ ...any, source: 'postmark', tell: postmarkEvent }),
  carrier({ ...any, source: 'ses', tell: sesEvent }),
  carrier({ ...any, source: 'mailjet', largest: 4, tell: mailjetEvent }),
  carrier({ ...any, source: 'brevo', tell: brevoEvent }),
  carrier({
    ...any,
    source: 'mandrill',
    largest: 4,
    format: 'text',
    tell: mandrillEvent,
    wrap: mandrillForm,
  }),
  carrier({ ...any, source: 'resend', tell: resendEvent }),
  carrier({ ...any, source: 'sparkpost', largest: 4, tell: sparkpostEvent }),
  carrier({ source: 'customerio', topic: 'channel.crm.any', weight: 4, tell: customerioEvent }),
  carrier({
    source: 'braze',
    topic: 'channel.crm.any',
    weight: 4,
    largest: 4,
    tell: brazeEvent,
    wrap: brazePost,
  }),
]

const contacts: readonly Carrier<ContactAct>[] = [
  carrier({
    source: 'hubspot',
    topic: 'channel.crm',
    weight: 1,
    largest: 3,
    tell: hubspotEvent,
  }),
]
const salesforce = carrier<ContactAct>({
  source: 'salesforce',
  topic: 'channel.crm.any',
  weight: 1,
  tell: salesforceEvent,
})
const debezium = carrier<ContactAct>({
  source: 'debezium',
  topic: 'channel.crm.any',
  weight: 1,
  tell: debeziumChange,
})

const web: readonly Carrier<WebAct>[] = [
  carrier({ source: 'segment', topic: 'channel.web', weight: 76, tell: tellSegment }),
  carrier({ source: 'rudderstack', topic: 'channel.web.any', weight: 4, tell: tellRudderstack }),
  carrier({
    source: 'segment',
    topic: 'channel.web',
    weight: 20,
    largest: 4,
    tell: tellSegment,
    wrap: (payloads) => JSON.stringify({ batch: payloads, writeKey: 'retail' }),
  }),
]

function tellRudderstack(random: Random, act: WebAct): Told {
  return rudderstackCall(random, act, webFlaw(random))
}

function tellSegment(random: Random, act: WebAct): Told {
  return segmentCall(random, act, webFlaw(random))
}

function byWeight<A extends Act>(carriers: readonly Carrier<A>[]): Carriers<A> {
  const all = carriers.reduce((sum, { weight }) => sum + weight, 0)
  return {
    choose(random) {
      let point = random.next() * all
      for (const one of carriers) {
        point -= one.weight
        if (point < 0) return one
      }
      const [first] = carriers
      if (first === undefined) throw new RangeError('no carriers')
      return first
    },
  }
}

export const mailCarriers = byWeight(mail)

const snowplow = carrier<WebAct>({
  source: 'snowplow',
  topic: 'channel.web.any',
  weight: 1,
  largest: 3,
  format: 'text',
  tell: snowplowEvent,
  wrap: snowplowLines,
})
const calls = byWeight(web)

/** Some pages of the shop carry Snowplow's tracker instead: it tells of views and of what is put into the cart. */
export const webCarriers: Carriers<WebAct> = {
  choose: (random, act) =>
    (act.kind === 'page' || act.kind === 'add') && random.chance(0.05)
      ? snowplow
      : calls.choose(random, act),
}

const hubspot = byWeight(contacts)

/** A person is in one CRM; changes of an address come from the shop's database as well. */
export const contactCarriers: Carriers<ContactAct> = {
  choose(random, act) {
    if (act.kind === 'contact_email' && act.person.userId !== null && random.chance(0.3))
      return debezium
    return isOfSalesforce(act.person.index) ? salesforce : hubspot.choose(random, act)
  },
}
