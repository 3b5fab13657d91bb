import { expect, it } from 'vitest'
import { detectVendor } from '#runtime/channel/core/detect.ts'
import { plainSource } from '#runtime/channel/core/settings.ts'
import { createNormaliser } from '#runtime/channel/shell/create-normaliser.ts'
import type { CanonicalEvent } from '#runtime/event/event.ts'
import { epochMs } from '#runtime/event/ids.ts'
import {
  describeOutcomes,
  readFixture,
  testIdentity,
} from '../../../test/support/channel/golden.ts'
import { vendorSuite } from '../../../test/support/channel/vendor-suite.ts'
import { withCandidate } from '../../profiles/core/traits/candidates.ts'
import type { TraitCandidate } from '../../profiles/core/state.ts'
import { crmVendors } from './vendors.ts'

const at = 1772445600000
const contact = { eventId: 1, portalId: 62515, occurredAt: at, attemptNumber: 0, objectId: 7 }
const city = (value: string, more: object = {}): object => ({
  ...contact,
  subscriptionType: 'contact.propertyChange',
  propertyName: 'city',
  propertyValue: value,
  ...more,
})
const eventsOf = (record: unknown): readonly CanonicalEvent[] =>
  createNormaliser({ vendors: crmVendors, definition: { identity: testIdentity } })
    .normalise(record, plainSource('crm', 'hubspot'), epochMs(Date.parse(fixture.received_at)))
    .flatMap((outcome) => (outcome.outcome === 'ok' ? [outcome.event] : []))
const idsOf = (record: unknown): readonly string[] => eventsOf(record).map(({ eventId }) => eventId)
const told = (record: unknown): readonly unknown[] =>
  eventsOf(record).map(({ type, identifiers }) => [type, ...identifiers.map(({ value }) => value)])

const fixture = readFixture(new URL('fixtures/hubspot.json', import.meta.url))
const meaning = (subscriptionType: string, more: object): readonly unknown[] =>
  eventsOf([{ ...contact, subscriptionType, ...more }]).map(
    ({ type, identifiers, traits, consent }) => ({ type, identifiers, traits, consent }),
  )
const file = (publishedAt: string): object => ({
  offset: 'o-1',
  publishedAt,
  journalEvents: [
    { portalId: 1, occurredAt: '2026-03-02T10:00:00Z', action: 'DELETE', objectTypeId: '0-1' },
    { portalId: 1, occurredAt: '2026-03-02T10:00:00Z', action: 'DELETE', objectTypeId: '0-1' },
  ],
})
const toDeal = (toObjectId: number, more: object = {}): object => ({
  ...contact,
  objectId: undefined,
  subscriptionType: 'contact.associationChange',
  associationType: 'CONTACT_TO_DEAL',
  fromObjectId: 7,
  toObjectId,
  associationRemoved: false,
  ...more,
})

it('reads every documented kind of payload', () => {
  expect(describeOutcomes(fixture, 'crm', crmVendors, 'hubspot')).toMatchInlineSnapshot(`
    [
      "contact_created | 2026-03-02T10:00:00.000Z | contact.creation/1246965/1/1772445600000/ | crm_id=1246965 | {"object_id":1246965,"change_source":"CRM_UI","change_flag":"NEW","portal_id":62515}",
      "contact_updated | 2026-03-02T10:00:01.000Z | contact.propertyChange/1246965/2/1772445601000/email | crm_id=1246965 email=anna.müller@xn--strae-oqa.test | {"object_id":1246965,"property_name":"email","change_source":"FORM","portal_id":62515,"property_value":"Anna.Müller@Straße.test"}",
      "contact_updated | 2026-03-02T10:00:02.000Z | contact.propertyChange/1246965/3/1772445602000/lifecyclestage | crm_id=1246965 | trait lifecyclestage=customer | {"object_id":1246965,"property_name":"lifecyclestage","change_source":"CRM_UI","portal_id":62515,"property_value":"customer"}",
      "contact_updated | 2026-03-02T10:00:03.000Z | contact.propertyChange/1246965/4/1772445603000/hs_email_optout | crm_id=1246965 | email_marketing denied | {"object_id":1246965,"property_name":"hs_email_optout","change_source":"CRM_UI","portal_id":62515,"property_value":"true"}",
      "contact_merged | 2026-03-02T10:00:04.000Z | contact.merge/1246965/5/1772445604000/ | crm_id=1999999 crm_id=1246965 crm_id=1246978 | {"object_id":1246965,"portal_id":62515,"primary_object_id":1246965,"merged_object_ids":[1246978],"new_object_id":1999999,"number_of_properties_moved":11}",
      "contact_deleted | 2026-03-02T10:00:05.000Z | contact.deletion/1246965/6/1772445605000/ | crm_id=1246965 | {"object_id":1246965,"change_flag":"DELETED","portal_id":62515}",
      "contact_deleted | 2026-03-02T10:00:06.000Z | contact.privacyDeletion/1246965/7/1772445606000/ | crm_id=1246965 | {"object_id":1246965,"portal_id":62515,"privacy":true}",
      "contact_created | 2026-03-02T10:00:07.000Z | object.creation/7/8/1772445607000/ | crm_id=7 | {"object_id":7,"object_type_id":"0-1","portal_id":62515}",
      "deal_stage_changed | 2026-03-02T10:00:08.000Z | deal.propertyChange/99/9/1772445608000/dealstage | crm_id=1246965 | {"object_id":99,"property_name":"dealstage","portal_id":62515,"stage":"closedwon","property_value":"closedwon"}",
      "custom:deal.creation | 2026-03-02T10:00:09.000Z | deal.creation/99/10/1772445609000/ |  | {"object_id":99,"portal_id":62515}",
      "ticket_opened | 2026-03-02T10:00:10.000Z | ticket.creation/5/11/1772445610000/ | crm_id=1246965 | {"object_id":5,"portal_id":62515}",
      "ticket_closed | 2026-03-02T10:00:11.000Z | ticket.propertyChange/5/12/1772445611000/closed_date | crm_id=1246965 | {"object_id":5,"property_name":"closed_date","portal_id":62515,"property_value":"1772445611000"}",
      "custom:contact.associationChange | 2026-03-02T10:00:12.000Z | contact.associationChange/1246965/13/1772445612000/+3 | crm_id=1246965 | {"portal_id":62515,"from_object_id":1246965,"to_object_id":3,"association_type":"CONTACT_TO_COMPANY","association_removed":false}",
      "custom:invoice.paid | 2026-03-02T10:00:13.000Z | invoice.paid/1/14/1772445613000/ |  | {"object_id":1,"portal_id":62515}",
      "dead_letter unsafe_number: objectId is a number beyond 2^53 and has lost digits: send it as a string",
      "dead_letter wrong_time_unit: the time is credible only as seconds taken for milliseconds",
      "custom:contact.restore | 2026-03-02T10:00:20.000Z | contact.restore/1246965/20/1772445620000/ | crm_id=1246965 | {"object_id":1246965,"change_source":"CRM_UI","source_id":"userId:111222333","change_flag":"RESTORED","portal_id":62515}",
      "custom:contact.associationChange | 2026-03-02T10:00:21.000Z | contact.associationChange/1246965/21/1772445621000/+1246978 | crm_id=1246965 | {"change_source":"USER","portal_id":62515,"from_object_id":1246965,"to_object_id":1246978,"association_type":"CONTACT_TO_CONTACT","association_removed":false,"is_primary_association":false}",
      "custom:contact.associationChange | 2026-03-02T10:00:22.000Z | contact.associationChange/1246965/22/1772445622000/+99 | crm_id=1246965 | {"change_source":"USER","portal_id":62515,"from_object_id":1246965,"to_object_id":99,"association_type":"CONTACT_TO_DEAL","association_removed":false,"is_primary_association":false}",
      "custom:deal.associationChange | 2026-03-02T10:00:23.000Z | deal.associationChange/99/23/1772445623000/+1246965 | crm_id=1246965 | {"change_source":"USER","portal_id":62515,"from_object_id":99,"to_object_id":1246965,"association_type":"DEAL_TO_CONTACT","association_removed":false,"is_primary_association":false}",
      "custom:ticket.associationChange | 2026-03-02T10:00:24.000Z | ticket.associationChange/5/24/1772445624000/-1246965 | crm_id=1246965 | {"change_source":"USER","portal_id":62515,"from_object_id":5,"to_object_id":1246965,"association_type":"TICKET_TO_CONTACT","association_removed":true,"is_primary_association":false}",
      "custom:company.associationChange | 2026-03-02T10:00:25.000Z | company.associationChange/3/25/1772445625000/+99 |  | {"portal_id":62515,"from_object_id":3,"to_object_id":99,"association_type":"COMPANY_TO_DEAL","association_removed":false,"is_primary_association":true}",
      "custom:line_item.associationChange | 2026-03-02T10:00:26.000Z | line_item.associationChange/21/26/1772445626000/+99 |  | {"portal_id":62515,"from_object_id":21,"to_object_id":99,"association_type":"LINE_ITEM_TO_DEAL","association_removed":false}",
      "custom:company.creation | 2026-03-02T10:00:27.000Z | company.creation/3/27/1772445627000/ |  | {"object_id":3,"change_source":"CRM_UI","change_flag":"CREATED","portal_id":62515}",
      "custom:company.deletion | 2026-03-02T10:00:28.000Z | company.deletion/3/28/1772445628000/ |  | {"object_id":3,"change_source":"CRM_UI","change_flag":"DELETED","portal_id":62515}",
      "custom:company.restore | 2026-03-02T10:00:29.000Z | company.restore/3/29/1772445629000/ |  | {"object_id":3,"change_source":"CRM_UI","portal_id":62515}",
      "custom:company.merge | 2026-03-02T10:00:30.000Z | company.merge/3/30/1772445630000/ |  | {"object_id":3,"portal_id":62515,"primary_object_id":3,"merged_object_ids":[1003],"new_object_id":2003,"number_of_properties_moved":2}",
      "custom:company.propertyChange | 2026-03-02T10:00:31.000Z | company.propertyChange/3/31/1772445631000/name |  | {"object_id":3,"property_name":"name","change_source":"API","portal_id":62515,"property_value":"Shop"}",
      "custom:deal.deletion | 2026-03-02T10:00:32.000Z | deal.deletion/99/32/1772445632000/ |  | {"object_id":99,"change_source":"CRM_UI","change_flag":"DELETED","portal_id":62515}",
      "custom:deal.restore | 2026-03-02T10:00:33.000Z | deal.restore/99/33/1772445633000/ |  | {"object_id":99,"change_source":"CRM_UI","portal_id":62515}",
      "custom:deal.merge | 2026-03-02T10:00:34.000Z | deal.merge/99/34/1772445634000/ |  | {"object_id":99,"portal_id":62515,"primary_object_id":99,"merged_object_ids":[1099],"new_object_id":2099,"number_of_properties_moved":2}",
      "custom:ticket.deletion | 2026-03-02T10:00:35.000Z | ticket.deletion/5/35/1772445635000/ |  | {"object_id":5,"change_source":"CRM_UI","change_flag":"DELETED","portal_id":62515}",
      "custom:ticket.restore | 2026-03-02T10:00:36.000Z | ticket.restore/5/36/1772445636000/ |  | {"object_id":5,"change_source":"CRM_UI","portal_id":62515}",
      "custom:ticket.merge | 2026-03-02T10:00:37.000Z | ticket.merge/5/37/1772445637000/ |  | {"object_id":5,"portal_id":62515,"primary_object_id":5,"merged_object_ids":[1005],"new_object_id":2005,"number_of_properties_moved":2}",
      "custom:product.creation | 2026-03-02T10:00:38.000Z | product.creation/11/38/1772445638000/ |  | {"object_id":11,"change_source":"CRM_UI","change_flag":"CREATED","portal_id":62515}",
      "custom:product.deletion | 2026-03-02T10:00:39.000Z | product.deletion/11/39/1772445639000/ |  | {"object_id":11,"change_source":"CRM_UI","change_flag":"DELETED","portal_id":62515}",
      "custom:product.restore | 2026-03-02T10:00:40.000Z | product.restore/11/40/1772445640000/ |  | {"object_id":11,"change_source":"CRM_UI","portal_id":62515}",
      "custom:product.merge | 2026-03-02T10:00:41.000Z | product.merge/11/41/1772445641000/ |  | {"object_id":11,"portal_id":62515,"primary_object_id":11,"merged_object_ids":[1011],"new_object_id":2011,"number_of_properties_moved":2}",
      "custom:product.propertyChange | 2026-03-02T10:00:42.000Z | product.propertyChange/11/42/1772445642000/name |  | {"object_id":11,"property_name":"name","change_source":"API","portal_id":62515,"property_value":"Shop"}",
      "custom:line_item.creation | 2026-03-02T10:00:43.000Z | line_item.creation/21/43/1772445643000/ |  | {"object_id":21,"change_source":"CRM_UI","change_flag":"CREATED","portal_id":62515}",
      "custom:line_item.deletion | 2026-03-02T10:00:44.000Z | line_item.deletion/21/44/1772445644000/ |  | {"object_id":21,"change_source":"CRM_UI","change_flag":"DELETED","portal_id":62515}",
      "custom:line_item.restore | 2026-03-02T10:00:45.000Z | line_item.restore/21/45/1772445645000/ |  | {"object_id":21,"change_source":"CRM_UI","portal_id":62515}",
      "custom:line_item.merge | 2026-03-02T10:00:46.000Z | line_item.merge/21/46/1772445646000/ |  | {"object_id":21,"portal_id":62515,"primary_object_id":21,"merged_object_ids":[1021],"new_object_id":2021,"number_of_properties_moved":2}",
      "custom:line_item.propertyChange | 2026-03-02T10:00:47.000Z | line_item.propertyChange/21/47/1772445647000/name |  | {"object_id":21,"property_name":"name","change_source":"API","portal_id":62515,"property_value":"Shop"}",
      "custom:deal.propertyChange | 2026-03-02T10:00:48.000Z | deal.propertyChange/99/48/1772445648000/amount |  | {"object_id":99,"property_name":"amount","change_source":"CRM_UI","portal_id":62515,"property_value":"1200.50"}",
      "custom:ticket.propertyChange | 2026-03-02T10:00:49.000Z | ticket.propertyChange/5/49/1772445649000/closed_date |  | {"object_id":5,"property_name":"closed_date","change_source":"CRM_UI","portal_id":62515,"property_value":""}",
      "custom:conversation.creation | 2026-03-02T10:00:50.000Z | conversation.creation/7001/50/1772445650000/ |  | {"object_id":7001,"portal_id":62515}",
      "custom:conversation.newMessage | 2026-03-02T10:00:51.000Z | conversation.newMessage/7001/51/1772445651000/ |  | {"object_id":7001,"change_flag":"NEW_MESSAGE","portal_id":62515,"message_id":"a1b2c3d4e5f6","message_type":"MESSAGE"}",
      "custom:conversation.propertyChange | 2026-03-02T10:00:52.000Z | conversation.propertyChange/7001/52/1772445652000/status |  | {"object_id":7001,"property_name":"status","portal_id":62515,"property_value":"closed"}",
      "custom:conversation.deletion | 2026-03-02T10:00:53.000Z | conversation.deletion/7001/53/1772445653000/ |  | {"object_id":7001,"portal_id":62515}",
      "custom:conversation.privacyDeletion | 2026-03-02T10:00:54.000Z | conversation.privacyDeletion/7001/54/1772445654000/ |  | {"object_id":7001,"portal_id":62515,"privacy":true}",
      "contact_updated | 2026-03-02T10:00:55.000Z | object.propertyChange/1246965/55/1772445655000/phone | crm_id=1246965 phone=+4930901820 | {"object_id":1246965,"object_type_id":"0-1","property_name":"phone","change_source":"FORM","source_id":"form-17","portal_id":62515,"property_value":"+49 30 901820"}",
      "contact_updated | 2026-03-02T10:00:56.000Z | object.propertyChange/1246965/56/1772445656000/favourite_colour | crm_id=1246965 | {"object_id":1246965,"object_type_id":"0-1","property_name":"favourite_colour","portal_id":62515}",
      "deal_stage_changed | 2026-03-02T10:00:57.000Z | object.propertyChange/99/57/1772445657000/dealstage |  | {"object_id":99,"object_type_id":"0-3","property_name":"dealstage","portal_id":62515,"stage":"contractsent","property_value":"contractsent"}",
      "contact_deleted | 2026-03-02T10:00:58.000Z | object.deletion/1246965/58/1772445658000/ | crm_id=1246965 | {"object_id":1246965,"object_type_id":"0-1","portal_id":62515}",
      "contact_merged | 2026-03-02T10:00:59.000Z | object.merge/1246965/59/1772445659000/ | crm_id=1246965 crm_id=1246978 | {"object_id":1246965,"object_type_id":"0-1","portal_id":62515,"primary_object_id":1246965,"merged_object_ids":[1246978],"new_object_id":1246965,"number_of_properties_moved":0}",
      "custom:contact.restore | 2026-03-02T10:01:00.000Z | object.restore/1246965/60/1772445660000/ | crm_id=1246965 | {"object_id":1246965,"object_type_id":"0-1","portal_id":62515}",
      "custom:contact.associationChange | 2026-03-02T10:01:01.000Z | object.associationChange/1246965/61/1772445661000/+99:4 | crm_id=1246965 | {"portal_id":62515,"from_object_id":1246965,"from_object_type_id":"0-1","to_object_id":99,"to_object_type_id":"0-3","association_type":"CONTACT_TO_DEAL","association_type_id":4,"association_category":"HUBSPOT_DEFINED","association_removed":false,"is_primary_association":false}",
      "custom:deal.associationChange | 2026-03-02T10:01:02.000Z | object.associationChange/99/62/1772445662000/+1246965:3 | crm_id=1246965 | {"portal_id":62515,"from_object_id":99,"from_object_type_id":"0-3","to_object_id":1246965,"to_object_type_id":"0-1","association_type_id":3,"association_category":"HUBSPOT_DEFINED","association_removed":false}",
      "custom:order.creation | 2026-03-02T10:01:03.000Z | object.creation/501/63/1772445663000/ |  | {"object_id":501,"object_type_id":"0-123","portal_id":62515}",
      "custom:object.creation | 2026-03-02T10:01:04.000Z | object.creation/601/64/1772445664000/ |  | {"object_id":601,"object_type_id":"2-3456789","portal_id":62515}",
      "custom:event.completed | 2026-03-02T10:01:05.000Z | event.completed/1246965/65/1772445665000/ | crm_id=1246965 | {"object_id":1246965,"object_type_id":"0-1","portal_id":62515}",
      "contact_updated | 2026-03-02T10:01:06.000Z | contact.propertyChange/1246965/66/1772445666000/hs_email_optout_9876543 | crm_id=1246965 | subscription:9876543 denied | {"object_id":1246965,"property_name":"hs_email_optout_9876543","change_source":"EMAIL","portal_id":62515,"property_value":"opt_out"}",
      "contact_updated | 2026-03-02T10:01:07.000Z | contact.propertyChange/1246965/67/1772445667000/hs_email_optout | crm_id=1246965 | email_marketing granted | {"object_id":1246965,"property_name":"hs_email_optout","change_source":"CRM_UI","portal_id":62515,"property_value":"false"}",
      "contact_updated | 2026-03-02T10:01:08.000Z | contact.propertyChange/1246965/68/1772445668000/hs_additional_emails | crm_id=1246965 email=anna@shop.test email=anna.mueller@shop.test | {"object_id":1246965,"property_name":"hs_additional_emails","portal_id":62515,"property_value":"anna@shop.test;anna.mueller@shop.test"}",
      "contact_updated | 2026-03-02T10:01:09.000Z | contact.propertyChange/1246965/69/1772445669000/passport_number | crm_id=1246965 | {"object_id":1246965,"property_name":"passport_number","portal_id":62515}",
      "contact_updated | 2026-03-02T10:01:10.000Z | contact.propertyChange/1246965/70/1772445670000/city | crm_id=1246965 | trait city=Berlin | {"object_id":1246965,"property_name":"city","portal_id":62515,"property_value":"Berlin"}",
      "dead_letter missing_field: subscriptionType",
      "dead_letter missing_time: occurredAt is missing",
      "contact_created | 2026-03-02T10:30:00.000Z | journal/550e8400-e29b-41d4-a716-446655440000/0 | crm_id=1246965 email=anna@shop.test | trait firstname=Anna | trait lastname=Müller | {"object_id":1246965,"object_type_id":"0-1","portal_id":62515}",
      "contact_updated | 2026-03-02T10:30:01.000Z | journal/550e8400-e29b-41d4-a716-446655440000/1 | crm_id=1246965 | trait city=Berlin | email_marketing denied | {"object_id":1246965,"object_type_id":"0-1","portal_id":62515}",
      "deal_stage_changed | 2026-03-02T10:30:02.000Z | journal/550e8400-e29b-41d4-a716-446655440000/2 |  | {"object_id":99,"object_type_id":"0-3","portal_id":62515,"stage":"closedwon","property_changes":{"dealstage":"closedwon","amount":"1200.50"}}",
      "contact_deleted | 2026-03-02T10:30:03.000Z | journal/550e8400-e29b-41d4-a716-446655440000/3 | crm_id=1246965 | {"object_id":1246965,"object_type_id":"0-1","portal_id":62515}",
      "contact_merged | 2026-03-02T10:30:04.000Z | journal/550e8400-e29b-41d4-a716-446655440000/4 | crm_id=1246965 crm_id=1246978 | {"object_id":1246965,"object_type_id":"0-1","portal_id":62515,"merged_object_ids":[1246978]}",
      "custom:contact.restore | 2026-03-02T10:30:05.000Z | journal/550e8400-e29b-41d4-a716-446655440000/5 | crm_id=1246965 | {"object_id":1246965,"object_type_id":"0-1","portal_id":62515}",
      "custom:contact.associationChange | 2026-03-02T10:30:06.000Z | journal/550e8400-e29b-41d4-a716-446655440000/6 | crm_id=1246965 | {"object_id":1246965,"object_type_id":"0-1","portal_id":62515,"to_object_id":99,"to_object_type_id":"0-3","association_type":"CONTACT_TO_DEAL","association_removed":false}",
      "custom:contact.associationChange | 2026-03-02T10:30:07.000Z | journal/550e8400-e29b-41d4-a716-446655440000/7 | crm_id=1246965 | {"object_id":1246965,"object_type_id":"0-1","portal_id":62515,"to_object_id":99,"to_object_type_id":"0-3","association_type":"CONTACT_TO_DEAL","association_removed":true}",
      "custom:contact.snapshot | 2026-03-02T10:30:08.000Z | journal/550e8400-e29b-41d4-a716-446655440000/8 | crm_id=1246965 email=anna@shop.test | trait loyalty_tier=gold | {"object_id":1246965,"object_type_id":"0-1","portal_id":62515}",
      "custom:contact.addedToList | 2026-03-02T10:30:09.000Z | journal/550e8400-e29b-41d4-a716-446655440000/9 | crm_id=1246965 | {"object_id":1246965,"object_type_id":"0-1","portal_id":62515,"list_id":42}",
      "custom:contact.removedFromList | 2026-03-02T10:30:10.000Z | journal/550e8400-e29b-41d4-a716-446655440000/10 | crm_id=1246965 | {"object_id":1246965,"object_type_id":"0-1","portal_id":62515,"list_id":42}",
      "contact_deleted | 2026-03-02T10:30:11.000Z | journal/550e8400-e29b-41d4-a716-446655440000/11 | crm_id=1246965 | {"object_id":1246965,"portal_id":62515,"privacy":true}",
      "drop control: an app was installed or uninstalled",
      "drop control: an app was installed or uninstalled",
      "custom:contact.TRANSMOGRIFY | 2026-03-02T10:30:14.000Z | journal/550e8400-e29b-41d4-a716-446655440000/14 | crm_id=1246965 | {"object_id":1246965,"object_type_id":"0-1","portal_id":62515}",
      "custom:order.creation | 2026-03-02T10:30:15.000Z | journal/550e8400-e29b-41d4-a716-446655440000/15 |  | {"object_id":501,"object_type_id":"0-123","portal_id":62515,"property_changes":{"hs_total_price":"49.90"}}",
    ]
  `)
})

it('gives a retry the id of the first attempt, and notifications that share an eventId ids of their own', () => {
  const ids = idsOf([
    city('Berlin'),
    city('Berlin', { attemptNumber: 4 }),
    city('Berlin', { propertyName: 'country' }),
    city('Berlin', { objectId: 8 }),
    { ...contact, subscriptionType: 'contact.creation' },
  ])
  expect(ids[1]).toBe(ids[0])
  expect(new Set(ids).size).toBe(4)
})

it('gives each association of one object its own id, and its end another than its beginning', () => {
  const ids = idsOf([
    toDeal(1),
    toDeal(2),
    toDeal(1, { associationRemoved: true }),
    toDeal(1, { associationTypeId: 3 }),
  ])
  expect(new Set(ids).size).toBe(4)
})

it('reads every notification by itself, so that the order inside a batch says nothing', () => {
  const batch = [city('Munich', { occurredAt: at + 2 }), city('Berlin', { occurredAt: at + 1 })]
  const events = eventsOf(batch)
  expect(events.map(({ occurredAt, traits }) => [occurredAt - at, traits])).toEqual([
    [2, { city: 'Munich' }],
    [1, { city: 'Berlin' }],
  ])
  expect(eventsOf(batch.toReversed())).toEqual(events.toReversed())
})

it('the newer value of a property stays, though an older one comes behind it', () => {
  const newest = eventsOf([
    city('Munich', { occurredAt: at + 2 }),
    city('Berlin', { occurredAt: at + 1 }),
  ])
    .map(({ source, party, traitKind: kind, occurredAt, eventId, traits }): TraitCandidate => {
      const candidate = { source, party, kind, at: occurredAt, eventKey: eventId }
      return { ...candidate, value: traits['city'] ?? '' }
    })
    .reduce(withCandidate, [] as readonly TraitCandidate[])
  expect(newest.map(({ value }) => value)).toEqual(['Munich'])
})

it('names both sides of a merge, and the new record that HubSpot may have made', () => {
  const merge = { ...contact, subscriptionType: 'contact.merge', primaryObjectId: 7 }
  expect(told([{ ...merge, mergedObjectIds: [8, 9], newObjectId: 10 }])).toEqual([
    ['contact_merged', '10', '7', '8', '9'],
  ])
  expect(told([{ ...merge, mergedObjectIds: [8], newObjectId: 7 }])).toEqual([
    ['contact_merged', '7', '8'],
  ])
})

it('takes associated contacts for two people, and a deal for its contact only where the notification names one', () => {
  const change = { ...contact, subscriptionType: 'object.associationChange', objectId: undefined }
  expect(
    told([
      { ...change, fromObjectTypeId: '0-1', toObjectTypeId: '0-1', fromObjectId: 7, toObjectId: 8 },
      { ...change, fromObjectTypeId: '0-5', toObjectTypeId: '0-1', fromObjectId: 5, toObjectId: 8 },
      { ...change, associationType: 'DEAL_TO_CONTACT_UNLABELED', fromObjectId: 5, toObjectId: 8 },
      { ...change, associationType: 'DEAL_TO_COMPANY', fromObjectId: 5, toObjectId: 8 },
    ]),
  ).toEqual([
    ['custom:contact.associationChange', '7'],
    ['custom:ticket.associationChange', '8'],
    ['custom:deal.associationChange', '8'],
    ['custom:deal.associationChange'],
  ])
})

it('means the same by `object.*` with a type id as by the older subscription', () => {
  const stage = { propertyName: 'dealstage', propertyValue: 'won' }
  const optOut = { propertyName: 'hs_email_optout', propertyValue: 'true' }
  for (const [older, objectTypeId, more] of [
    ['contact.creation', '0-1', {}],
    ['contact.restore', '0-1', {}],
    ['contact.propertyChange', '0-1', optOut],
    ['deal.propertyChange', '0-3', stage],
    ['deal.deletion', '0-3', {}],
    ['ticket.creation', '0-5', {}],
  ] as const)
    expect(meaning(older.replace(/^\w+/, 'object'), { objectTypeId, ...more })).toEqual(
      meaning(older, more),
    )
})

it('says that a contact was deleted for privacy, and does not keep a value that must not be', () => {
  const [deleted, secret] = eventsOf([
    { ...contact, subscriptionType: 'contact.privacyDeletion' },
    city('x', { propertyName: 'iban', propertyValue: 'DE02120300000000202051' }),
  ])
  expect(deleted?.properties['privacy']).toBe(true)
  expect(JSON.stringify(secret)).not.toContain('DE02')
})

it('reads the same file of the journal twice as the same events', () => {
  expect(idsOf(file('now'))).toEqual(['journal/o-1/0', 'journal/o-1/1'])
  expect(idsOf([file('later')])).toEqual(idsOf(file('now')))
})

it('is known by its shape when only what, whom and when are told', () => {
  const item = { subscriptionType: 'contact.creation', objectId: 7, occurredAt: 1772445600000 }
  expect(detectVendor(item, crmVendors)?.name).toBe('hubspot')
})

vendorSuite({ fixture, channel: 'crm', vendors: crmVendors, vendor: 'hubspot' })
