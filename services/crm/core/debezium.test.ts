import { describe, expect, it } from 'vitest'
import { detectVendor } from '#runtime/channel/core/detect.ts'
import { plainSource } from '#runtime/channel/core/settings.ts'
import type { SourceSettings } from '#runtime/channel/core/source.ts'
import { compileMap } from '#runtime/channel/core/map/compile-map.ts'
import { createNormaliser } from '#runtime/channel/shell/create-normaliser.ts'
import { mapSchema } from '#runtime/definition/map-schema.ts'
import { epochMs } from '#runtime/event/ids.ts'
import {
  describeOutcomes,
  readFixture,
  testIdentity,
} from '../../../test/support/channel/golden.ts'
import { vendorSuite } from '../../../test/support/channel/vendor-suite.ts'
import { crmVendors } from './vendors.ts'

const fixture = readFixture(new URL('fixtures/debezium.json', import.meta.url))

it('reads every documented kind of record', () => {
  expect(describeOutcomes(fixture, 'crm', crmVendors, 'debezium')).toMatchInlineSnapshot(`
    [
      "contact_created | 2026-03-02T10:00:00.000Z | postgresql/shop/shop.public.customers/c/555,24023128/11c51836598d1174 | crm_id=1004 email=anna@shop.test phone=+4915123456789 | trait first_name=Anna | trait last_name=Müller | trait newsletter=true | {"connector":"postgresql","database":"shop","schema":"public","table":"customers","op":"c"}",
      "contact_updated | 2026-03-02T10:00:01.000Z | postgresql/shop/shop.public.customers/u/556,24023300/f6f87b59777baed6 | crm_id=1004 email=anna.mueller@shop.test phone=+4915123456789 | trait first_name=Anna | trait last_name=Müller | trait newsletter=true | {"connector":"postgresql","database":"shop","schema":"public","table":"customers","op":"u"}",
      "contact_deleted | 2026-03-02T10:00:02.000Z | postgresql/shop/shop.public.customers/d/557,46523128/fa22baee83c77c6d | crm_id=1004 | {"connector":"postgresql","database":"shop","schema":"public","table":"customers","op":"d"}",
      "custom:truncate | 2026-03-02T10:00:03.000Z | postgresql/shop/shop.public.customers/t/558,46523200/13afb5f6acc31538 |  | {"connector":"postgresql","database":"shop","schema":"public","table":"customers","op":"t"}",
      "custom:message | 2026-03-02T10:00:04.000Z | postgresql/shop/shop/m/559,46523300/81943c89721af548 |  | {"connector":"postgresql","database":"shop","op":"m","prefix":"foo","content":"Ymfy"}",
      "contact_created | 2026-03-02T10:00:05.000Z | mysql/shop/shop.customers/r/binlog.000003,154,0,1772445605000/87961965c2fa71e1 | crm_id=7 email=ben@shop.test | trait birthday=1990-01-01 | trait last_order_at=2026-03-01T10:00:00.000 | trait seen_at=2026-03-02T09:59:55.000 | trait scored_at=2026-03-02T09:59:56.000 | trait updated_at=2026-03-02T09:59:00Z | trait call_after=09:00:00.000 | trait credit=-12.50 | trait factor=1.500 | {"connector":"mysql","database":"shop","table":"customers","op":"r","snapshot":true}",
      "contact_created | 2026-03-02T10:00:05.000Z | mysql/shop/shop.customers/r/binlog.000003,154,0,1772445605000/43ad53f208d68115 | crm_id=8 email=carla@shop.test | trait birthday=1990-01-01 | trait last_order_at=2026-03-01T10:00:00.000 | trait seen_at=2026-03-02T09:59:55.000 | trait scored_at=2026-03-02T09:59:56.000 | trait updated_at=2026-03-02T09:59:00Z | trait call_after=09:00:00.000 | trait credit=-12.50 | trait factor=1.500 | {"connector":"mysql","database":"shop","table":"customers","op":"r","snapshot":true}",
      "contact_created | 2026-03-02T10:00:06.000Z | mysql/shop/shop.orders/c/binlog.000003,900,0,1772445606000 | crm_id=7 | trait order_id=1 | trait total=19.9 | {"connector":"mysql","database":"shop","table":"orders","op":"c"}",
      "contact_created | 2026-03-02T10:00:06.000Z | mysql/shop/shop.orders/c/binlog.000003,900,1,1772445606000 | crm_id=7 | trait order_id=2 | trait total=5 | {"connector":"mysql","database":"shop","table":"orders","op":"c"}",
      "contact_updated | 2026-03-02T10:00:07.000Z | mariadb/shop/shop.users/u/mariadb-bin.000001,1200,0,1772445607000 | user_id=u-9 email=dora@shop.test | {"connector":"mariadb","database":"shop","table":"users","op":"u"}",
      "contact_created | 2026-03-02T10:00:08.000Z | sqlserver/shop/testDB.dbo.customers/r/00000025:00000d98:00a2,,/6c33b2e69cae94e0 | crm_id=1005 email=emil@shop.test | {"connector":"sqlserver","database":"testDB","schema":"dbo","table":"customers","op":"r","snapshot":true}",
      "contact_updated | 2026-03-02T10:00:09.000Z | sqlserver/shop/testDB.dbo.customers/u/00000027:00000ac0:0007,00000027:00000ac0:0002,2 | crm_id=1005 email=emil.b@shop.test | {"connector":"sqlserver","database":"testDB","schema":"dbo","table":"customers","op":"u"}",
      "contact_deleted | 2026-03-02T10:00:10.000Z | oracle/shop/ORCLPDB1.SHOP.CUSTOMERS/d/2122185,6.28.807,001234.00012345.0124,1,AAASgjAAMAAAACnAAA,/498a3b097d54d8fa | email=frida@shop.test crm_id=C-6 | {"connector":"oracle","database":"ORCLPDB1","schema":"SHOP","table":"CUSTOMERS","op":"d"}",
      "contact_created | 2026-03-02T10:00:11.000Z | db2/shop/testdb.DB2INST1.CUSTOMERS/c/00000027:00000758:0005,00000027:00000758:0003 | crm_id=1007 email=gert@shop.test | {"connector":"db2","database":"testdb","schema":"DB2INST1","table":"CUSTOMERS","op":"c"}",
      "contact_created | 2026-03-02T10:00:11.500Z | informix/shop/testdb.informix.customers/c/30065155424,30065155528,30065155472,11 | crm_id=1017 email=gerda@shop.test | {"connector":"informix","database":"testdb","schema":"informix","table":"customers","op":"c"}",
      "contact_created | 2026-03-02T10:00:12.000Z | mongodb/shop/shop.customers/c/1772445612000,31,,/c6a711fcf15f5378 | crm_id=596e275826f08b2730779e1f email=hana@shop.test | trait points=42 | trait since=2020-01-01T00:00:00.000Z | trait address.city=Köln | {"connector":"mongodb","database":"shop","table":"customers","op":"c"}",
      "contact_updated | 2026-03-02T10:00:13.000Z | mongodb/shop/shop.customers/u/1772445613000,1,1,{"id": 1}/d45c548bfac0e379 | crm_id=596e275826f08b2730779e1f email=hana@shop.test | trait points=43 | trait since=2020-01-01T00:00:00.000Z | trait address.city=Köln | {"connector":"mongodb","database":"shop","table":"customers","op":"u","removed_fields":["fax"]}",
      "contact_updated | 2026-03-02T10:00:13.000Z | mongodb/shop/shop.customers/u/1772445613000,2,,/cf0946b652c8f5f0 | email=hana.k@shop.test | {"connector":"mongodb","database":"shop","table":"customers","op":"u"}",
      "contact_deleted | 2026-03-02T10:00:14.000Z | mongodb/shop/shop.customers/d/1772445614000,6,,/c6a711fcf15f5378 | crm_id=596e275826f08b2730779e1f email=hana@shop.test | {"connector":"mongodb","database":"shop","table":"customers","op":"d"}",
      "contact_created | 2026-03-02T10:00:15.000Z | cassandra/shop-cluster/inventory.customers/c/commitlog-6-123456.log,54/e07aedc686893454 | crm_id=1008 email=ida@shop.test | {"connector":"cassandra","schema":"inventory","table":"customers","op":"c"}",
      "contact_deleted | 2026-03-02T10:00:16.000Z | cassandra/shop-cluster/inventory.customers/d/commitlog-6-123456.log,102/a255304918efddce | crm_id=1008 | {"connector":"cassandra","schema":"inventory","table":"customers","op":"d"}",
      "contact_created | 2026-03-02T10:00:17.000Z | vitess/shop/commerce.customers/c/MariaDB/0-1592148-45,-80/b97d3a6ffcec026a | crm_id=1009 email=jan@shop.test | {"connector":"vitess","schema":"commerce","table":"customers","op":"c"}",
      "contact_created | 2026-03-02T10:00:18.000Z | spanner/shop/shop.customers/c/MTc2,1,0 | crm_id=1010 email=kim@shop.test | {"connector":"spanner","database":"shop","table":"customers","op":"c"}",
      "contact_updated | 2026-03-02T10:00:19.000Z | cockroachdb/shop/shop.public.customers/u/1772445619000000000.0000000000,1772445619000000000/8203b2c9d1fdfe6f | crm_id=1011 email=lea@shop.test | {"connector":"cockroachdb","database":"shop","schema":"public","table":"customers","op":"u"}",
      "contact_updated | 2026-03-02T10:00:19.500Z | a_new_connector/shop/shop.customers/u/lsn=77/8203b2c9d1fdfe6f | crm_id=1011 email=lea@shop.test | {"connector":"a_new_connector","database":"shop","table":"customers","op":"u"}",
      "contact_updated | 2026-03-02T10:00:20.000Z | postgresql/shop/shop.public.customers/u/565,29274832/dbc29f85da346eb7 | crm_id=1012 email=max@shop.test | {"connector":"postgresql","database":"shop","schema":"public","table":"customers","op":"u"}",
      "dead_letter unexpected_shape: data is no object: the data of CloudEvents must be JSON",
      "contact_created | 2026-03-02T10:00:21.000Z | //customers/c/lsn=123456789/68626d622ba2ded0 | crm_id=1013 email=nils@shop.test | trait city=Bonn | {"table":"customers","op":"c"}",
      "contact_deleted | 2026-03-02T10:00:22.000Z | //customers/d/lsn=123456999/68626d622ba2ded0 | crm_id=1013 email=nils@shop.test | {"table":"customers","op":"d"}",
      "contact_updated | 2026-03-02T10:00:23.000Z | content:6w6cbW-_RUzBXiJG7e9xSPHEoTGPg97gFgxoSmjYcsQ | email=olga@shop.test | trait pk=2 | {"op":"u"}",
      "dead_letter missing_time: source.ts_ms is missing; a flattened record needs it in add.fields",
      "drop control: a record of kind BEGIN",
      "drop control: a record of kind END",
      "drop control: a record of kind heartbeat",
      "drop control: a record of kind schema_change",
      "drop control: a record of kind notification",
      "drop tombstone: payload is null",
      "custom:x | 2026-03-02T10:00:24.000Z | postgresql/shop/shop.public.customers/x/560,46524000/a79e3c1c616f28c8 | crm_id=1014 | {"connector":"postgresql","database":"shop","schema":"public","table":"customers","op":"x"}",
      "dead_letter missing_field: op",
      "dead_letter missing_time: source.ts_ms is missing; a flattened record needs it in add.fields",
      "dead_letter unsafe_number: customer_id is a number beyond 2^53 and has lost digits: send it as a string",
    ]
  `)
})

const receivedAt = epochMs(Date.parse(fixture.received_at))
const at = Date.parse('2026-03-02T10:00:00Z')

const normaliser = createNormaliser({
  vendors: crmVendors,
  definition: { identity: testIdentity },
})
const plain = plainSource('crm', 'debezium')

function read(record: unknown, source: SourceSettings = plain) {
  const [outcome] = normaliser.normalise(record, source, receivedAt)
  if (outcome?.outcome !== 'ok') throw new Error(JSON.stringify(outcome))
  return outcome.event
}

const idOf = (record: unknown) => read(record).eventId

const inPostgres = (place: object) => ({
  version: '3.4.0.Final',
  connector: 'postgresql',
  name: 'shop',
  ts_ms: at,
  snapshot: 'false',
  db: 'shop',
  schema: 'public',
  table: 'customers',
  txId: 7,
  lsn: 100,
  ...place,
})

const change = (
  op: string,
  row: object | null,
  place: object = {},
  before: object | null = null,
) => ({
  before,
  after: row,
  source: inPostgres(place),
  op,
  ts_ms: at + 60_000,
})

describe('the time of a change', () => {
  it('is that of the database, not of the connector', () => {
    expect(read(change('c', { id: 1 })).occurredAt).toBe(at)
  })
  it('is read from the finer units when there are no milliseconds', () => {
    const ns = { ts_ms: undefined, ts_ns: '1772445600000123456' }
    expect(read(change('c', { id: 1 }, ns)).occurredAt).toBe(at)
  })
  it('is when the connector read the row where a snapshot says 0', () => {
    const event = read(change('r', { id: 1 }, { ts_ms: 0, snapshot: 'true' }))
    expect(event.occurredAt).toBe(at + 60_000)
    expect(event.properties).toMatchObject({ snapshot: true })
  })
})

const vgtid = (other: number) => ({
  connector: 'vitess',
  shard: '-80',
  vgtid: JSON.stringify([
    { keyspace: 'k', shard: '80-', gtid: `MariaDB/0-1-${other}` },
    { keyspace: 'k', shard: '-80', gtid: 'MariaDB/0-2-45' },
  ]),
})

describe('the id of a change', () => {
  it('is the same when a connector that has started again reads it a second time', () => {
    const first = change('c', { id: 1 }, { sequence: '["90","100"]' })
    const again = {
      ...change('c', { id: 1 }, { sequence: '[null,"100"]', version: '3.5.0.Final' }),
      ts_ms: at + 3_600_000,
    }
    expect(idOf(again)).toBe(idOf(first))
    expect(idOf({ schema: {}, payload: first })).toBe(idOf(first))
  })
  it('tells apart rows that COPY wrote under one number of the log, and a delete from a create there', () => {
    const ids = [
      change('c', { id: 1 }),
      change('c', { id: 2 }),
      change('d', null, {}, { id: 1 }),
      change('c', { id: 1 }, { lsn: 101 }),
      change('c', { id: 1 }, { table: 'users' }),
      change('c', { id: 1 }, { name: 'other' }),
    ].map(idOf)
    expect(new Set(ids).size).toBe(ids.length)
  })
  it('does not hang on what MongoDB looks up anew each time', () => {
    const inMongo = { connector: 'mongodb', collection: 'customers', ord: 1, txnNumber: 3 }
    const update = (points: number) => ({
      ...change('u', null, inMongo),
      after: JSON.stringify({ _id: 7, points }),
      updateDescription: { updatedFields: '{"points": 1}', removedFields: null },
    })
    expect(idOf(update(2))).toBe(idOf(update(1)))
  })
  it("counts only the change's own shard of Vitess", () => {
    expect(idOf(change('c', { id: 1 }, vgtid(47)))).toBe(idOf(change('c', { id: 1 }, vgtid(48))))
  })
  it('stays within its limit, however long the names of a database are', () => {
    const long = 'n'.repeat(400)
    const places = { name: long, schema: long, table: long }
    expect(idOf(change('c', { id: 1 }, places)).length).toBeLessThan(100)
  })
})

describe('a row without a map', () => {
  it('names people by columns that are called like a type, in any spelling', () => {
    const { identifiers, traits } = read(
      change('u', { ID: 1, EMAIL: 'a@shop.test', customerId: 'C-1', LoyaltyCard: 12, Plan: 'pro' }),
    )
    expect(identifiers.map(({ type, value }) => `${type}=${value}`)).toEqual([
      'email=a@shop.test',
      'crm_id=C-1',
      'loyalty_card=12',
    ])
    expect(traits).toEqual({ Plan: 'pro' })
  })
  it('takes the key of other tables for no person', () => {
    const order = read(change('c', { id: 1, total: 5 }, { table: 'orders' }))
    expect(order.identifiers).toEqual([])
    expect(order.traits).toEqual({ id: 1, total: 5 })
  })
  it('says nothing of a large column that did not change', () => {
    const row = { id: 1, bio: '__debezium_unavailable_value', city: 'Ulm' }
    expect(read(change('u', row)).traits).toEqual({ city: 'Ulm' })
  })
})

describe('a row with a map', () => {
  const source = {
    ...plain,
    map: compileMap(
      mapSchema.parse({
        type: {
          field: '__op',
          table: { c: 'order_completed', r: 'order_completed', d: 'order_refunded' },
        },
        identifiers: [{ type: 'loyalty_card', path: 'card' }],
        properties: { total: { path: 'total', currency: 'EUR' }, table: '__table' },
      }),
    ),
  }
  const order = { id: 5, card: 'L-1', total: 12.5 }

  it('is read by it; the time and the id come from the source block', () => {
    const event = read(change('c', order, { table: 'orders' }), source)
    expect(event).toMatchObject({
      type: 'order_completed',
      occurredAt: at,
      eventId: idOf(change('c', order, { table: 'orders' })),
      properties: { total: 12.5, table: 'orders', currency: 'EUR' },
    })
    expect(event.identifiers).toMatchObject([{ type: 'loyalty_card', value: 'L-1' }])
  })
  it('is the row before, when it was deleted', () => {
    expect(read(change('d', null, {}, order), source)).toMatchObject({
      type: 'order_refunded',
      properties: { total: 12.5 },
    })
  })
  it('of a snapshot says so', () => {
    const { properties } = read(change('r', order, { snapshot: 'last' }), source)
    expect(properties).toMatchObject({ snapshot: true })
  })
  it('may state its own time and id', () => {
    const own = {
      ...plain,
      map: compileMap(
        mapSchema.parse({
          type: { const: 'order_completed' },
          event_id: 'id',
          occurred_at: { path: 'at', format: 'seconds' },
          identifiers: [{ type: 'loyalty_card', path: 'card' }],
        }),
      ),
    }
    const event = read(change('c', { ...order, at: 1_772_000_000 }, { ts_ms: null }), own)
    expect(event).toMatchObject({ eventId: '5', occurredAt: 1_772_000_000_000 })
  })
  it('may lie flat, with the columns that ExtractNewRecordState adds', () => {
    const flat = { ...order, __op: 'c', __table: 'orders', __lsn: 9, __source_ts_ms: at }
    expect(read(flat, source)).toMatchObject({
      type: 'order_completed',
      occurredAt: at,
      properties: { total: 12.5, table: 'orders' },
    })
  })
})

const whose = (record: unknown): string | undefined => detectVendor(record, crmVendors)?.name

it('is known by its shape, and nobody else by a field called like one of its', () => {
  const created = { op: 'c', before: null, after: { id: 1 }, ts_ms: 1772445600000 }
  for (const record of [
    created,
    { ...created, source: { connector: 'mysql' } },
    { id: 1, source: 'web', __deleted: 'false' },
    { ts_ms: 1772445600000 },
    { status: 'BEGIN', id: '571:53195829', ts_ms: 1772445600000 },
  ])
    expect(whose(record)).toBe('debezium')
  expect(whose({ op: 'c', source: 'till', total: 3 })).toBeUndefined()
  expect(whose({ op: 'c', source: { name: 'till' } })).toBeUndefined()
  expect(whose({ status: 'open', id: 1 })).toBeUndefined()
})

vendorSuite({ fixture, channel: 'crm', vendors: crmVendors, vendor: 'debezium' })
