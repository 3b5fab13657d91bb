import { expect, it } from 'vitest'
import { describeOutcomes, readFixture } from '../../../test/support/channel/golden.ts'
import { vendorSuite } from '../../../test/support/channel/vendor-suite.ts'
import { crmVendors } from './vendors.ts'

const fixture = readFixture(new URL('fixtures/hubspot.json', import.meta.url))

it('reads every documented kind of payload', () => {
  expect(describeOutcomes(fixture, 'crm', crmVendors, 'hubspot')).toMatchInlineSnapshot(`
    [
      "contact_created | 2026-03-02T10:00:00.000Z | contact.creation/1246965/1/1772445600000/ | crm_id=1246965 | {"object_id":1246965,"change_source":"CRM_UI","change_flag":"NEW","portal_id":62515}",
      "contact_updated | 2026-03-02T10:00:01.000Z | contact.propertyChange/1246965/2/1772445601000/email | crm_id=1246965 email=anna.müller@xn--strae-oqa.test | {"object_id":1246965,"property_name":"email","property_value":"Anna.Müller@Straße.test","change_source":"FORM","portal_id":62515}",
      "contact_updated | 2026-03-02T10:00:02.000Z | contact.propertyChange/1246965/3/1772445602000/lifecyclestage | crm_id=1246965 | trait lifecyclestage=customer | {"object_id":1246965,"property_name":"lifecyclestage","property_value":"customer","change_source":"CRM_UI","portal_id":62515}",
      "contact_updated | 2026-03-02T10:00:03.000Z | contact.propertyChange/1246965/4/1772445603000/hs_email_optout | crm_id=1246965 | email_marketing denied | {"object_id":1246965,"property_name":"hs_email_optout","property_value":"true","change_source":"CRM_UI","portal_id":62515}",
      "contact_merged | 2026-03-02T10:00:04.000Z | contact.merge/1246965/5/1772445604000/ | crm_id=1999999 crm_id=1246965 crm_id=1246978 | {"object_id":1246965,"portal_id":62515}",
      "contact_deleted | 2026-03-02T10:00:05.000Z | contact.deletion/1246965/6/1772445605000/ | crm_id=1246965 | {"object_id":1246965,"change_flag":"DELETED","portal_id":62515}",
      "contact_deleted | 2026-03-02T10:00:06.000Z | contact.privacyDeletion/1246965/7/1772445606000/ | crm_id=1246965 | {"object_id":1246965,"portal_id":62515,"privacy":true}",
      "contact_created | 2026-03-02T10:00:07.000Z | object.creation/7/8/1772445607000/ | crm_id=7 | {"object_id":7,"portal_id":62515}",
      "deal_stage_changed | 2026-03-02T10:00:08.000Z | deal.propertyChange/99/9/1772445608000/dealstage | crm_id=1246965 | {"object_id":99,"property_name":"dealstage","property_value":"closedwon","portal_id":62515,"stage":"closedwon"}",
      "custom:deal.creation | 2026-03-02T10:00:09.000Z | deal.creation/99/10/1772445609000/ |  | {"object_id":99,"portal_id":62515}",
      "ticket_opened | 2026-03-02T10:00:10.000Z | ticket.creation/5/11/1772445610000/ | crm_id=1246965 | {"object_id":5,"portal_id":62515}",
      "ticket_closed | 2026-03-02T10:00:11.000Z | ticket.propertyChange/5/12/1772445611000/closed_date | crm_id=1246965 | {"object_id":5,"property_name":"closed_date","property_value":"1772445611000","portal_id":62515}",
      "custom:contact.associationChange | 2026-03-02T10:00:12.000Z | contact.associationChange/1246965/13/1772445612000/ | crm_id=1246965 | {"portal_id":62515,"from_object_id":1246965,"to_object_id":3,"association_type":"CONTACT_TO_COMPANY"}",
      "custom:invoice.paid | 2026-03-02T10:00:13.000Z | invoice.paid/1/14/1772445613000/ |  | {"object_id":1,"portal_id":62515}",
      "dead_letter unsafe_number: objectId is a number beyond 2^53 and has lost digits: send it as a string",
      "dead_letter wrong_time_unit: the time is credible only as seconds taken for milliseconds",
    ]
  `)
})

it('gives a retry the id of the first attempt, and notifications that share an eventId ids of their own', () => {
  const notification = {
    eventId: 1,
    portalId: 1,
    occurredAt: 1772445600000,
    subscriptionType: 'contact.propertyChange',
    objectId: 7,
    propertyName: 'city',
    propertyValue: 'Berlin',
    attemptNumber: 0,
  }
  const ids = describeOutcomes(
    {
      received_at: fixture.received_at,
      record: [
        notification,
        { ...notification, attemptNumber: 4 },
        { ...notification, propertyName: 'country' },
        { ...notification, objectId: 8 },
      ],
    },
    'crm',
    crmVendors,
    'hubspot',
  ).map((line) => line.split(' | ')[2])
  expect(ids[1]).toBe(ids[0])
  expect(new Set(ids).size).toBe(3)
})

vendorSuite({ fixture, channel: 'crm', vendors: crmVendors, vendor: 'hubspot' })
