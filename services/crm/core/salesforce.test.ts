import { expect, it } from 'vitest'
import { detectVendor } from '#runtime/channel/core/detect.ts'
import { plainSource } from '#runtime/channel/core/settings.ts'
import { createNormaliser } from '#runtime/channel/shell/create-normaliser.ts'
import { identitySchema } from '#runtime/definition/schema.ts'
import type { CanonicalEvent } from '#runtime/event/event.ts'
import { epochMs } from '#runtime/event/ids.ts'
import {
  describeOutcomes,
  readFixture,
  testIdentity,
} from '../../../test/support/channel/golden.ts'
import { vendorSuite } from '../../../test/support/channel/vendor-suite.ts'
import { crmVendors } from './vendors.ts'

const fixture = readFixture(new URL('fixtures/salesforce.json', import.meta.url))
const records: readonly unknown[] = Array.isArray(fixture.record) ? fixture.record : []

const contact = '0035f00000kQzYtAAK'
const header = {
  entityName: 'Contact',
  recordIds: [contact],
  changeType: 'UPDATE',
  transactionKey: 't-1',
  sequenceNumber: 1,
  commitTimestamp: 1772445600000,
}
/** A change with its fields; a list of what changed only where the test is about it. */
const change = (headers: object, fields: object = {}): object => ({
  ChangeEventHeader: { ...header, ...headers },
  ...fields,
})
const eventsOf = (record: unknown, identity = testIdentity): readonly CanonicalEvent[] =>
  createNormaliser({ vendors: crmVendors, definition: { identity } })
    .normalise(record, plainSource('crm', 'salesforce'), epochMs(Date.parse(fixture.received_at)))
    .flatMap((outcome) => (outcome.outcome === 'ok' ? [outcome.event] : []))
const meaningOf = (record: unknown): readonly unknown[] =>
  eventsOf(record).map(({ type, identifiers, traits, consent }) => ({
    type,
    identifiers: identifiers.map(({ value }) => value),
    traits,
    consent,
  }))
const optedOut = (value: unknown, headers: object = {}): unknown =>
  eventsOf(change(headers, { HasOptedOutOfEmail: value }))[0]?.consent

it('reads the documentation’s own payloads', () => {
  // The last record of the fixture holds the headers alone, of every object and change type.
  const told = { ...fixture, record: records.slice(0, -1) }
  expect(describeOutcomes(told, 'crm', crmVendors, 'salesforce')).toMatchInlineSnapshot(`
    [
      "contact_created | 2026-03-02T10:00:01.000Z | 00006bec-ce66-0611-9018-000000000001/1/Contact CREATE/0035f00000kQzYtAAK | crm_id=0035f00000kQzYtAAK email=anna@shop.test phone=+4930901820 phone=+4915123456789 loyalty_card=LC-1001 | trait Salutation=Ms. | trait FirstName=Anna | trait LastName=Müller | trait MailingAddress.Street=Hauptstraße 1 | trait MailingAddress.City=Berlin | trait MailingAddress.PostalCode=10115 | trait MailingAddress.Country=Germany | trait Title=Buyer | trait Loyalty_Tier__c=gold | {"entity":"Contact","change_type":"CREATE","record_id":"0035f00000kQzYtAAK","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/"}",
      "contact_updated | 2026-03-02T10:00:02.000Z | 00006bec-ce66-0611-9018-000000000002/1/Contact UPDATE/0035f00000kQzYtAAK | crm_id=0035f00000kQzYtAAK email=anna.mueller@shop.test | {"entity":"Contact","change_type":"UPDATE","record_id":"0035f00000kQzYtAAK","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["Email","LastModifiedDate"]}",
      "contact_updated | 2026-03-02T10:00:03.000Z | 00006bec-ce66-0611-9018-000000000003/1/Contact UPDATE/0035f00000kQzYtAAK | crm_id=0035f00000kQzYtAAK | email_marketing denied | phone_marketing denied | {"entity":"Contact","change_type":"UPDATE","record_id":"0035f00000kQzYtAAK","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["HasOptedOutOfEmail","DoNotCall","LastModifiedDate"]}",
      "contact_updated | 2026-03-02T10:00:04.000Z | 00006bec-ce66-0611-9018-000000000004/1/Contact UPDATE/0035f00000kQzYtAAK | crm_id=0035f00000kQzYtAAK | email_marketing granted | {"entity":"Contact","change_type":"UPDATE","record_id":"0035f00000kQzYtAAK","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["HasOptedOutOfEmail","LastModifiedDate"]}",
      "contact_updated | 2026-03-02T10:00:05.000Z | 00006bec-ce66-0611-9018-000000000005/1/Contact UPDATE/0035f00000kQzYtAAK | crm_id=0035f00000kQzYtAAK | trait MailingAddress.City=Hamburg | trait LastName=Schmidt | {"entity":"Contact","change_type":"UPDATE","record_id":"0035f00000kQzYtAAK","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["MailingAddress.City","Name.LastName","LastModifiedDate"]}",
      "contact_updated | 2026-03-02T10:00:06.000Z | 00006bec-ce66-0611-9018-000000000006/1/Contact UPDATE/0035f00000kQzYtAAK | crm_id=0035f00000kQzYtAAK email=anna@shop.test | trait Title=Head buyer | {"entity":"Contact","change_type":"UPDATE","record_id":"0035f00000kQzYtAAK","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["Title","LastModifiedDate"]}",
      "contact_updated | 2026-03-02T10:00:07.000Z | 00006bec-ce66-0611-9018-000000000007/1/Contact UPDATE/0035f00000kQzYtAAK | crm_id=0035f00000kQzYtAAK | trait Department=Shoes | {"entity":"Contact","change_type":"UPDATE","record_id":"0035f00000kQzYtAAK","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["Description","Department","LastModifiedDate"]}",
      "contact_updated | 2026-03-02T10:00:08.000Z | 00006bec-ce66-0611-9018-000000000008/1/Contact UPDATE/0035f00000kQzYtAAK | crm_id=0035f00000kQzYtAAK | trait Department=Sales | {"entity":"Contact","change_type":"UPDATE","record_id":"0035f00000kQzYtAAK","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["Department","LastModifiedDate"]}",
      "contact_updated | 2026-03-02T10:00:08.000Z | 00006bec-ce66-0611-9018-000000000008/1/Contact UPDATE/0035f00000kQzYuAAK | crm_id=0035f00000kQzYuAAK | trait Department=Sales | {"entity":"Contact","change_type":"UPDATE","record_id":"0035f00000kQzYuAAK","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["Department","LastModifiedDate"]}",
      "contact_deleted | 2026-03-02T10:00:09.000Z | 00006bec-ce66-0611-9018-000000000009/1/Contact DELETE/0035f00000kQzYuAAK | crm_id=0035f00000kQzYuAAK | {"entity":"Contact","change_type":"DELETE","record_id":"0035f00000kQzYuAAK","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/"}",
      "custom:Contact UNDELETE | 2026-03-02T10:00:10.000Z | 00006bec-ce66-0611-9018-000000000010/1/Contact UNDELETE/0035f00000kQzYuAAK | crm_id=0035f00000kQzYuAAK email=ben@shop.test | trait FirstName=Ben | trait LastName=Okafor | email_marketing denied | {"entity":"Contact","change_type":"UNDELETE","record_id":"0035f00000kQzYuAAK","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/"}",
      "contact_updated | 2026-03-02T10:00:11.000Z | 00006bec-ce66-0611-9018-000000000011/1/Contact UPDATE/0035f00000kQzYtAAK | crm_id=0035f00000kQzYtAAK | {"entity":"Contact","change_type":"UPDATE","record_id":"0035f00000kQzYtAAK","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["IndividualId","LastModifiedDate"]}",
      "contact_merged | 2026-03-02T10:00:11.000Z | 00006bec-ce66-0611-9018-000000000011/1/Contact UPDATE/0035f00000kQzYtAAK/joined | crm_id=0035f00000kQzYtAAK crm_id=0PK5f0000000AbCGAU | {"entity":"Contact","change_type":"UPDATE","record_id":"0035f00000kQzYtAAK","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["IndividualId","LastModifiedDate"]}",
      "contact_updated | 2026-03-02T10:00:12.000Z | 00006bec-ce66-0611-9018-000000000012/1/Contact UPDATE/0035f00000kQzYtAAK | crm_id=0035f00000kQzYtAAK email=anna@shop.test | email_marketing granted | {"entity":"Contact","change_type":"UPDATE","record_id":"0035f00000kQzYtAAK","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["Email","HasOptedOutOfEmail","LastModifiedDate"]}",
      "contact_updated | 2026-03-02T10:00:13.000Z | 00006bec-ce66-0611-9018-000000000013/1/Contact UPDATE/0035f00000kQzYtAAK | crm_id=0035f00000kQzYtAAK | trait LastName=Schmidt | {"entity":"Contact","change_type":"UPDATE","record_id":"0035f00000kQzYtAAK","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["LastModifiedDate","Name"]}",
      "contact_updated | 2026-03-02T10:00:14.000Z | 00006bec-ce66-0611-9018-000000000014/1/Contact UPDATE/0035f00000kQzYtAAK | crm_id=0035f00000kQzYtAAK | trait Title=CEO | {"entity":"Contact","change_type":"UPDATE","record_id":"0035f00000kQzYtAAK","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["Title"]}",
      "contact_created | 2026-03-02T10:00:15.000Z | 00006bec-ce66-0611-9018-000000000015/1/Lead CREATE/00Q5f000001abCdEAI | crm_id=00Q5f000001abCdEAI email=carla@shop.test | trait FirstName=Carla | trait LastName=Ruiz | trait Company=Shop | trait Status=Open - Not Contacted | email_marketing denied | {"entity":"Lead","change_type":"CREATE","record_id":"00Q5f000001abCdEAI","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/"}",
      "contact_updated | 2026-03-02T10:00:16.000Z | 00006bec-ce66-0611-9018-000000000016/1/Lead UPDATE/00Q5f000001abCdEAI | crm_id=00Q5f000001abCdEAI | trait Status=Qualified | trait IsConverted=true | trait ConvertedDate=2026-03-02 | {"entity":"Lead","change_type":"UPDATE","record_id":"00Q5f000001abCdEAI","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["Status","IsConverted","ConvertedDate","ConvertedAccountId","ConvertedContactId","ConvertedOpportunityId","LastModifiedDate"]}",
      "contact_merged | 2026-03-02T10:00:16.000Z | 00006bec-ce66-0611-9018-000000000016/1/Lead UPDATE/00Q5f000001abCdEAI/joined | crm_id=00Q5f000001abCdEAI crm_id=0035f00000kQzYuAAK | {"entity":"Lead","change_type":"UPDATE","record_id":"00Q5f000001abCdEAI","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["Status","IsConverted","ConvertedDate","ConvertedAccountId","ConvertedContactId","ConvertedOpportunityId","LastModifiedDate"]}",
      "custom:Account CREATE | 2026-03-02T10:00:17.000Z | 00006bec-ce66-0611-9018-000000000017/1/Account CREATE/0015f00002JUXA8AAP |  | {"entity":"Account","change_type":"CREATE","record_id":"0015f00002JUXA8AAP","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","Name":"Acme","BillingAddress":{"City":"San Francisco","Country":"United States"},"Industry":"Retail"}",
      "contact_created | 2026-03-02T10:00:18.000Z | 00006bec-ce66-0611-9018-000000000018/1/Account CREATE/001ZL000001QS6mYAG | crm_id=001ZL000001QS6mYAG email=dora@shop.test phone=+4915123456780 | trait FirstName=Dora | trait LastName=Novak | trait CustomContactField__pc=x | email_marketing denied | {"entity":"Account","change_type":"CREATE","record_id":"001ZL000001QS6mYAG","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/"}",
      "contact_merged | 2026-03-02T10:00:18.000Z | 00006bec-ce66-0611-9018-000000000018/1/Account CREATE/001ZL000001QS6mYAG/joined | crm_id=001ZL000001QS6mYAG crm_id=003ZL000001Pq7xYAC | {"entity":"Account","change_type":"CREATE","record_id":"001ZL000001QS6mYAG","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/"}",
      "contact_updated | 2026-03-02T10:00:19.000Z | 00006bec-ce66-0611-9018-000000000019/1/Account UPDATE/001ZL000001QS6mYAG | crm_id=001ZL000001QS6mYAG | trait PersonMailingAddress.City=Vienna | {"entity":"Account","change_type":"UPDATE","record_id":"001ZL000001QS6mYAG","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["PersonMailingAddress.City","LastModifiedDate"]}",
      "custom:Account UPDATE | 2026-03-02T10:00:20.000Z | 00006bec-ce66-0611-9018-000000000020/1/Account UPDATE/0015f00002JUXA8AAP |  | {"entity":"Account","change_type":"UPDATE","record_id":"0015f00002JUXA8AAP","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["Industry","LastModifiedDate"],"Industry":"Apparel"}",
      "custom:Opportunity CREATE | 2026-03-02T10:00:21.000Z | 00006bec-ce66-0611-9018-000000000021/1/Opportunity CREATE/0065f00000Xy1ZzAAJ | crm_id=0035f00000kQzYtAAK | {"entity":"Opportunity","change_type":"CREATE","record_id":"0065f00000Xy1ZzAAJ","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","AccountId":"0015f00002JUXA8AAP","Name":"Spring order","StageName":"Prospecting","Amount":1200.5,"CurrencyIsoCode":"EUR","CloseDate":"2026-04-01","stage":"Prospecting","amount":1200.5,"currency":"EUR"}",
      "deal_stage_changed | 2026-03-02T10:00:22.000Z | 00006bec-ce66-0611-9018-000000000022/1/Opportunity UPDATE/0065f00000Xy1ZzAAJ | crm_id=0035f00000kQzYtAAK | {"entity":"Opportunity","change_type":"UPDATE","record_id":"0065f00000Xy1ZzAAJ","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["StageName","Probability","IsWon","LastModifiedDate"],"StageName":"Closed Won","Probability":100,"IsWon":true,"stage":"Closed Won"}",
      "custom:Opportunity UPDATE | 2026-03-02T10:00:23.000Z | 00006bec-ce66-0611-9018-000000000023/1/Opportunity UPDATE/0065f00000Xy1ZzAAJ |  | {"entity":"Opportunity","change_type":"UPDATE","record_id":"0065f00000Xy1ZzAAJ","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["Amount","LastModifiedDate"],"Amount":1300,"StageName":"Closed Won","stage":"Closed Won","amount":1300}",
      "ticket_opened | 2026-03-02T10:00:24.000Z | 00006bec-ce66-0611-9018-000000000024/1/Case CREATE/5005f000009AbCdAAK | crm_id=0035f00000kQzYtAAK | {"entity":"Case","change_type":"CREATE","record_id":"5005f000009AbCdAAK","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","CaseNumber":"00001026","AccountId":"0015f00002JUXA8AAP","Status":"New","Origin":"Web","Subject":"Where is my parcel?","status":"New"}",
      "ticket_opened | 2026-03-02T10:00:25.000Z | 00006bec-ce66-0611-9018-000000000025/1/Case CREATE/5005f000009AbCeAAK | email=anna@shop.test phone=+4930901820 | {"entity":"Case","change_type":"CREATE","record_id":"5005f000009AbCeAAK","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","CaseNumber":"00001027","Status":"New","Origin":"Web","status":"New"}",
      "ticket_closed | 2026-03-02T10:00:26.000Z | 00006bec-ce66-0611-9018-000000000026/1/Case UPDATE/5005f000009AbCdAAK |  | {"entity":"Case","change_type":"UPDATE","record_id":"5005f000009AbCdAAK","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["Status","ClosedDate","IsClosed","LastModifiedDate"],"Status":"Closed","ClosedDate":"2026-03-02T10:00:00.000Z","IsClosed":true,"status":"Closed"}",
      "custom:Case UPDATE | 2026-03-02T10:00:27.000Z | 00006bec-ce66-0611-9018-000000000027/1/Case UPDATE/5005f000009AbCdAAK |  | {"entity":"Case","change_type":"UPDATE","record_id":"5005f000009AbCdAAK","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["Status","LastModifiedDate"],"Status":"Working","status":"Working"}",
      "custom:Order CREATE | 2026-03-02T10:00:28.000Z | 00006bec-ce66-0611-9018-000000000028/1/Order CREATE/8015f00000001QwAAI | crm_id=0035f00000kQzYtAAK | {"entity":"Order","change_type":"CREATE","record_id":"8015f00000001QwAAI","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","AccountId":"0015f00002JUXA8AAP","OrderNumber":"00000101","Status":"Draft","TotalAmount":49.9,"status":"Draft","total":49.9,"order_id":"8015f00000001QwAAI"}",
      "order_completed | 2026-03-02T10:00:29.000Z | 00006bec-ce66-0611-9018-000000000029/1/Order UPDATE/8015f00000001QwAAI | crm_id=0035f00000kQzYtAAK | {"entity":"Order","change_type":"UPDATE","record_id":"8015f00000001QwAAI","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["Status","StatusCode","ActivatedDate","LastModifiedDate"],"Status":"Activated","StatusCode":"Activated","ActivatedDate":"2026-03-02T10:00:00.000Z","TotalAmount":49.9,"CurrencyIsoCode":"EUR","status":"Activated","total":49.9,"currency":"EUR","order_id":"8015f00000001QwAAI"}",
      "order_refunded | 2026-03-02T10:00:30.000Z | 00006bec-ce66-0611-9018-000000000030/1/Order UPDATE/8015f00000001QxAAI | crm_id=0035f00000kQzYtAAK | {"entity":"Order","change_type":"UPDATE","record_id":"8015f00000001QxAAI","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["Status","LastModifiedDate"],"Status":"Activated","IsReductionOrder":true,"TotalAmount":-49.9,"status":"Activated","total":-49.9,"order_id":"8015f00000001QxAAI"}",
      "custom:Order UPDATE | 2026-03-02T10:00:31.000Z | 00006bec-ce66-0611-9018-000000000031/1/Order UPDATE/8015f00000001QwAAI |  | {"entity":"Order","change_type":"UPDATE","record_id":"8015f00000001QwAAI","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["ShippingAddress.City","LastModifiedDate"],"ShippingAddress":{"City":"Berlin"},"order_id":"8015f00000001QwAAI"}",
      "custom:CampaignMember CREATE | 2026-03-02T10:00:32.000Z | 00006bec-ce66-0611-9018-000000000032/1/CampaignMember CREATE/00v5f00000AbCdeAAF | crm_id=00Q5f000001abCdEAI | {"entity":"CampaignMember","change_type":"CREATE","record_id":"00v5f00000AbCdeAAF","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","CampaignId":"7015f000000AbCdAAK","Status":"Sent","HasResponded":false,"campaign":"7015f000000AbCdAAK","status":"Sent"}",
      "custom:CampaignMember UPDATE | 2026-03-02T10:00:33.000Z | 00006bec-ce66-0611-9018-000000000033/1/CampaignMember UPDATE/00v5f00000AbCdeAAF | crm_id=0035f00000kQzYuAAK | {"entity":"CampaignMember","change_type":"UPDATE","record_id":"00v5f00000AbCdeAAF","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["Status","HasResponded","LastModifiedDate"],"Status":"Responded","HasResponded":true,"CampaignId":"7015f000000AbCdAAK","campaign":"7015f000000AbCdAAK","status":"Responded"}",
      "consent_changed | 2026-03-02T10:00:34.000Z | 00006bec-ce66-0611-9018-000000000034/1/Individual CREATE/0PK5f0000000AbCGAU | crm_id=0PK5f0000000AbCGAU | trait FirstName=Anna | trait LastName=Müller | tracking denied | {"entity":"Individual","change_type":"CREATE","record_id":"0PK5f0000000AbCGAU","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/"}",
      "consent_changed | 2026-03-02T10:00:35.000Z | 00006bec-ce66-0611-9018-000000000035/1/Individual UPDATE/0PK5f0000000AbCGAU | crm_id=0PK5f0000000AbCGAU | tracking granted | geo_tracking denied | processing denied | {"entity":"Individual","change_type":"UPDATE","record_id":"0PK5f0000000AbCGAU","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["HasOptedOutTracking","HasOptedOutProcessing","HasOptedOutGeoTracking","LastModifiedDate"]}",
      "custom:Individual UPDATE | 2026-03-02T10:00:36.000Z | 00006bec-ce66-0611-9018-000000000036/1/Individual UPDATE/0PK5f0000000AbCGAU | crm_id=0PK5f0000000AbCGAU | {"entity":"Individual","change_type":"UPDATE","record_id":"0PK5f0000000AbCGAU","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["ShouldForget","LastModifiedDate"],"should_forget":true}",
      "consent_changed | 2026-03-02T10:00:37.000Z | 00006bec-ce66-0611-9018-000000000037/1/ContactPointTypeConsent CREATE/0ZX5f0000000XyZGAU | crm_id=0PK5f0000000AbCGAU | email_marketing granted | {"entity":"ContactPointTypeConsent","change_type":"CREATE","record_id":"0ZX5f0000000XyZGAU","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","Name":"Mail","ContactPointType":"Email","PrivacyConsentStatus":"OptIn","CaptureDate":"2026-03-02T09:00:00.000Z","CaptureSource":"Web form","CaptureContactPointType":"Web"}",
      "consent_changed | 2026-03-02T10:00:38.000Z | 00006bec-ce66-0611-9018-000000000038/1/ContactPointTypeConsent UPDATE/0ZX5f0000000XyZGAU | crm_id=0PK5f0000000AbCGAU | data_use_purpose:0ZW5f0000000XyZGAU:Phone denied | {"entity":"ContactPointTypeConsent","change_type":"UPDATE","record_id":"0ZX5f0000000XyZGAU","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["PrivacyConsentStatus","LastModifiedDate"],"PrivacyConsentStatus":"OptOut","ContactPointType":"Phone","DataUsePurposeId":"0ZW5f0000000XyZGAU"}",
      "custom:ContactPointTypeConsent UPDATE | 2026-03-02T10:00:39.000Z | 00006bec-ce66-0611-9018-000000000039/1/ContactPointTypeConsent UPDATE/0ZX5f0000000XyZGAU |  | {"entity":"ContactPointTypeConsent","change_type":"UPDATE","record_id":"0ZX5f0000000XyZGAU","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["PrivacyConsentStatus","LastModifiedDate"],"PrivacyConsentStatus":"OptOut"}",
      "consent_changed | 2026-03-02T10:00:40.000Z | 00006bec-ce66-0611-9018-000000000040/1/ContactPointConsent CREATE/0ZY5f0000000XyZGAU |  | contact_point:9Vl5f0000000XyZCAU granted | {"entity":"ContactPointConsent","change_type":"CREATE","record_id":"0ZY5f0000000XyZGAU","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","ContactPointId":"9Vl5f0000000XyZCAU","PrivacyConsentStatus":"OptIn"}",
      "consent_changed | 2026-03-02T10:00:41.000Z | 00006bec-ce66-0611-9018-000000000041/1/ContactPointConsent UPDATE/0ZY5f0000000XyZGAU |  | data_use_purpose:0ZW5f0000000XyZGAU denied | {"entity":"ContactPointConsent","change_type":"UPDATE","record_id":"0ZY5f0000000XyZGAU","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["PrivacyConsentStatus","LastModifiedDate"],"PrivacyConsentStatus":"OptOut","DataUsePurposeId":"0ZW5f0000000XyZGAU"}",
      "consent_changed | 2026-03-02T10:00:42.000Z | 00006bec-ce66-0611-9018-000000000042/1/PartyConsent CREATE/0ZZ5f0000000XyZGAU | crm_id=0PK5f0000000AbCGAU | action:ShareData denied | {"entity":"PartyConsent","change_type":"CREATE","record_id":"0ZZ5f0000000XyZGAU","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","Action":"ShareData","PrivacyConsentStatus":"OptOut"}",
      "consent_changed | 2026-03-02T10:00:43.000Z | 00006bec-ce66-0611-9018-000000000043/1/PartyConsent UPDATE/0ZZ5f0000000XyZGAU | crm_id=0PK5f0000000AbCGAU | action:ShareData granted | {"entity":"PartyConsent","change_type":"UPDATE","record_id":"0ZZ5f0000000XyZGAU","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["PrivacyConsentStatus","LastModifiedDate"],"Action":"ShareData","PrivacyConsentStatus":"OptIn"}",
      "consent_changed | 2026-03-02T10:00:44.000Z | 00006bec-ce66-0611-9018-000000000044/1/CommSubscriptionConsent CREATE/0dY5f0000000XyZEAU | crm_id=0035f00000kQzYtAAK | subscription:0eB5f0000000XyZEAU granted | {"entity":"CommSubscriptionConsent","change_type":"CREATE","record_id":"0dY5f0000000XyZEAU","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","CommSubscriptionChannelTypeId":"0eB5f0000000XyZEAU","PrivacyConsentStatus":"OptIn"}",
      "consent_changed | 2026-03-02T10:00:45.000Z | 00006bec-ce66-0611-9018-000000000045/1/CommSubscriptionConsent UPDATE/0dY5f0000000XyZEAU | crm_id=0035f00000kQzYtAAK | subscription:0eB5f0000000XyZEAU denied | {"entity":"CommSubscriptionConsent","change_type":"UPDATE","record_id":"0dY5f0000000XyZEAU","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["PrivacyConsentStatus","LastModifiedDate"],"CommSubscriptionChannelTypeId":"0eB5f0000000XyZEAU","PrivacyConsentStatus":"OptOut"}",
      "custom:ContactPointEmail CREATE | 2026-03-02T10:00:46.000Z | 00006bec-ce66-0611-9018-000000000046/1/ContactPointEmail CREATE/9Vl5f0000000XyZCAU | crm_id=0PK5f0000000AbCGAU email=anna@shop.test | {"entity":"ContactPointEmail","change_type":"CREATE","record_id":"9Vl5f0000000XyZCAU","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","IsPrimary":true}",
      "custom:ContactPointPhone CREATE | 2026-03-02T10:00:47.000Z | 00006bec-ce66-0611-9018-000000000047/1/ContactPointPhone CREATE/9Vm5f0000000XyZCAU | crm_id=0PK5f0000000AbCGAU phone=+4930901820 | {"entity":"ContactPointPhone","change_type":"CREATE","record_id":"9Vm5f0000000XyZCAU","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","IsPrimary":true}",
      "contact_updated | 2026-03-02T10:00:48.000Z | 0Mcxx000000000B/1/Contact GAP_UPDATE/0035f00000kQzYtAAK | crm_id=0035f00000kQzYtAAK | {"entity":"Contact","change_type":"GAP_UPDATE","record_id":"0035f00000kQzYtAAK","gap":true}",
      "contact_updated | 2026-03-02T10:00:48.000Z | 0Mcxx000000000B/1/Contact GAP_UPDATE/0035f00000kQzYuAAK | crm_id=0035f00000kQzYuAAK | {"entity":"Contact","change_type":"GAP_UPDATE","record_id":"0035f00000kQzYuAAK","gap":true}",
      "custom:Account GAP_OVERFLOW | 2026-03-02T10:00:49.000Z | 0Mcxx000000000C/1/Account GAP_OVERFLOW/000000000000000AAA |  | {"entity":"Account","change_type":"GAP_OVERFLOW","whole_entity":true,"change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","gap":true}",
      "custom:Contact GAP_OVERFLOW | 2026-03-02T10:00:50.000Z | 0Mcxx000000000C/1/Contact GAP_OVERFLOW/000000000000000AAA |  | {"entity":"Contact","change_type":"GAP_OVERFLOW","whole_entity":true,"change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","gap":true}",
      "custom:Contact UPDATE | 2026-03-02T10:00:51.000Z | 00006bec-ce66-0611-9018-000000000051/1/Contact UPDATE/003* |  | {"entity":"Contact","change_type":"UPDATE","whole_entity":true,"change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","changed_fields":["Loyalty_Tier__c","LastModifiedDate"]}",
      "custom:Task CREATE | 2026-03-02T10:00:52.000Z | 00006bec-ce66-0611-9018-000000000052/1/Task CREATE/00T5f00000AbCdeEAF | crm_id=0035f00000kQzYtAAK | {"entity":"Task","change_type":"CREATE","record_id":"00T5f00000AbCdeEAF","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","Subject":"Call","Status":"Open"}",
      "custom:Invoice__c CREATE | 2026-03-02T10:00:53.000Z | 00006bec-ce66-0611-9018-000000000053/1/Invoice__c CREATE/a0B5f00000AbCdeEAF |  | {"entity":"Invoice__c","change_type":"CREATE","record_id":"a0B5f00000AbCdeEAF","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/","Total__c":12.5,"Paid__c":true}",
      "custom:Contact SNAPSHOT | 2026-03-02T10:00:54.000Z | 00006bec-ce66-0611-9018-000000000054/1/Contact SNAPSHOT/0035f00000kQzYtAAK | crm_id=0035f00000kQzYtAAK email=anna@shop.test | {"entity":"Contact","change_type":"SNAPSHOT","record_id":"0035f00000kQzYtAAK","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/"}",
      "drop control: a message of the connection itself",
      "drop control: a message of the connection itself",
      "dead_letter missing_field: ChangeEventHeader",
      "dead_letter missing_field: entityName or changeType",
      "dead_letter missing_field: recordIds",
      "dead_letter missing_time: commitTimestamp is missing",
      "dead_letter wrong_time_unit: the time is credible only as seconds taken for milliseconds",
      "contact_updated | 2026-03-02T10:00:58.000Z | content:_oy8Gu2j5ZhzxsLp_281JQx8q8KQDDu4v1tKmYRRZ4c | crm_id=0035f00000kQzYtAAK | trait Title=x | {"entity":"Contact","change_type":"UPDATE","record_id":"0035f00000kQzYtAAK","change_origin":"com/salesforce/api/soap/60.0;client=SfdcInternalAPI/"}",
    ]
  `)
})

it('makes one event of each record that changed alike, with an id that a second reading repeats', () => {
  const merged = change({ recordIds: [contact.slice(0, 15), '0035f00000kQzYuAAK'] })
  const events = eventsOf([merged, { schema: 's', payload: merged, event: { replayId: 9 } }])
  expect(events.map(({ eventId }) => eventId)).toEqual([
    't-1/1/Contact UPDATE/0035f00000kQzYtAAK',
    't-1/1/Contact UPDATE/0035f00000kQzYuAAK',
    't-1/1/Contact UPDATE/0035f00000kQzYtAAK',
    't-1/1/Contact UPDATE/0035f00000kQzYuAAK',
  ])
})

it('means the same in whatever carries it, and with the unions of Avro plain or wrapped', () => {
  const plain = change(
    { changedFields: ['Email', 'MailingAddress.City', 'HasOptedOutOfEmail'] },
    { Email: 'anna@shop.test', MailingAddress: { City: 'Berlin' }, HasOptedOutOfEmail: false },
  )
  const wrapped = {
    ChangeEventHeader: {
      ...header,
      changeType: { 'com.sforce.eventbus.ChangeType': 'UPDATE' },
      commitTimestamp: 1772445600000n,
      changedFields: { array: ['0x0A', '2-0x02'] },
    },
    Email: { string: 'anna@shop.test' },
    MailingAddress: { 'com.sforce.eventbus.Address': { Street: null, City: { string: 'Berlin' } } },
    HasOptedOutOfEmail: { boolean: false },
    Title: null,
  }
  const meaning = meaningOf(plain)
  expect(meaning).toEqual([
    {
      type: 'contact_updated',
      identifiers: [contact, 'anna@shop.test'],
      traits: { 'MailingAddress.City': 'Berlin' },
      consent: { email_marketing: 'granted' },
    },
  ])
  for (const record of [
    wrapped,
    { schema: 's', payload: plain, event: { replayId: 1 } },
    { channel: '/data/ContactChangeEvent', data: { schema: 's', payload: plain } },
    { replayId: 'x', event: { schemaId: 's', payload: wrapped } },
    { latestReplayId: 'x', events: [{ replayId: 'x', event: { payload: plain } }] },
    { 'detail-type': 'ContactChangeEvent', detail: { payload: plain } },
  ])
    expect(meaningOf(record)).toEqual(meaning)
})

it('takes an opt-out taken back for consent, and a flag that nobody touched for no answer', () => {
  const said = { changedFields: ['HasOptedOutOfEmail'] }
  expect(optedOut(true, said)).toEqual({ email_marketing: 'denied' })
  expect(optedOut(false, said)).toEqual({ email_marketing: 'granted' })
  expect(optedOut(true, { changeType: 'CREATE' })).toEqual({ email_marketing: 'denied' })
  expect(optedOut(false, { changeType: 'CREATE' })).toEqual({})
  expect(optedOut(true, { changedFields: ['Title'] })).toEqual({})
  // Bitmaps over fields that are not all there any more: only the safe half of the answer counts.
  expect(optedOut(true, { changedFields: ['0x00FF0000'] })).toEqual({ email_marketing: 'denied' })
  expect(optedOut(false, { changedFields: ['0x00FF0000'] })).toEqual({})
})

it('says that a gap event tells nothing of what has changed', () => {
  const gaps = eventsOf(records.at(-1)).filter(({ eventId }) => eventId.includes(' GAP_'))
  expect(gaps).toHaveLength(14 * 5)
  for (const { properties, traits, consent } of gaps)
    expect([properties['gap'], traits, consent]).toEqual([true, {}, {}])
})

it('keeps an overflow, and what concerns every record, as an event of nobody: it says what is to be read anew', () => {
  const [overflow, all] = eventsOf([
    change({ changeType: 'GAP_OVERFLOW', recordIds: ['000000000000000AAA'] }),
    change({ recordIds: ['003*'] }, { Email: 'anna@shop.test', HasOptedOutOfEmail: true }),
  ])
  expect(overflow?.type).toBe('custom:Contact GAP_OVERFLOW')
  expect(all?.type).toBe('custom:Contact UPDATE')
  for (const event of [overflow, all])
    expect([event?.identifiers, event?.traits, event?.consent, event?.properties['whole_entity']]) //
      .toEqual([[], {}, {}, true])
})

it('joins a lead to the contact that it became, and a person account to the contact behind it', () => {
  const lead = change(
    { entityName: 'Lead', recordIds: ['00Q5f000001abCdEAI'] },
    { IsConverted: true, ConvertedContactId: contact },
  )
  const account = change(
    { entityName: 'Account', changeType: 'CREATE', recordIds: ['001ZL000001QS6mYAG'] },
    { Name: { LastName: 'Novak' }, PersonContactId: contact },
  )
  const told = eventsOf([lead, account]).map(({ type, identifiers }) => [
    type,
    ...identifiers.map(({ value }) => value),
  ])
  expect(told).toEqual([
    ['contact_updated', '00Q5f000001abCdEAI'],
    ['contact_merged', '00Q5f000001abCdEAI', contact],
    ['contact_created', '001ZL000001QS6mYAG'],
    ['contact_merged', '001ZL000001QS6mYAG', contact],
  ])
})

it('takes a company’s account for nobody, unless the identity policy knows accounts', () => {
  const deal = change(
    { entityName: 'Opportunity', recordIds: ['0065f00000Xy1ZzAAJ'] },
    { StageName: 'Closed Won', AccountId: '0015f00002JUXA8' },
  )
  expect(eventsOf(deal)[0]?.identifiers).toEqual([])
  const withAccounts = identitySchema.parse({ priority: ['crm_id', 'account_id'] })
  expect(eventsOf(deal, withAccounts)[0]?.identifiers).toMatchObject([
    { type: 'account_id', value: '0015f00002JUXA8AAP' },
  ])
})

it('does not hold what a person was convicted of, nor somebody’s free text', () => {
  const [event] = eventsOf(
    change(
      { entityName: 'Individual', recordIds: ['0PK5f0000000AbCGAU'] },
      {
        ConvictionsCount: 2,
        Description: 'drinks',
        SSN__c: '1',
        Passport_Number__pc: '2',
        Hobby__c: 'chess',
      },
    ),
  )
  expect(event?.traits).toEqual({ Hobby__c: 'chess' })
  expect(Object.keys(event?.properties ?? {})).toEqual(['entity', 'change_type', 'record_id'])
})

it('is known by its shape in a response of the Pub/Sub API', () => {
  const payload = { ChangeEventHeader: { entityName: 'Contact', changeType: 'CREATE' } }
  const record = { latestReplayId: 'AAAA', events: [{ event: { payload } }] }
  expect(detectVendor(record, crmVendors)?.name).toBe('salesforce')
})

vendorSuite({ fixture, channel: 'crm', vendors: crmVendors, vendor: 'salesforce' })
