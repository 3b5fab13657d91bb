/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ProfileRow } from '#schemas/clickhouse/rows.ts'
import { definitionVersion, epochMs, type FragmentId } from '#runtime/event/ids.ts'
import { createMemoryKafka, type MemoryKafka } from '#runtime/kafka/memory/client.ts'
import type { OutgoingRecord } from '#runtime/kafka/ports.ts'
import {
  createFragmentKeys,
  createMasterKeys,
  type DataKeyId,
  type FragmentKeys,
  keyTombstone,
  type MasterKeys,
  sealedParts,
  traitPlace,
} from '#runtime/keys/data-keys/index.ts'
import { mountStateRoom } from '../../../../test/support/state/state-room.ts'
import { testDefinition } from '../../../../test/support/fold/definition.ts'
import { createKeptRows, type ValueLost } from './kept-rows.ts'
import { type KeyStore, openKeyStore } from './key-store.ts'

const topic = 'privacy.keys'
const ada = 'email:ada' as FragmentId
const ben = 'email:ben' as FragmentId
const definition = testDefinition(
  1,
  `traits:
  - { name: shown, type: string, purpose: service, keep: clear, description: d }
  - { name: hidden, type: string, purpose: service, keep: sealed, description: d }
  - { name: plain, type: string, purpose: service, description: d }
  - { name: age, type: number, purpose: service, description: d }
`,
)

let directory = ''
let kafka: MemoryKafka
let now: number
let masters: MasterKeys
let channel: FragmentKeys
let lost: ValueLost[]
const open: KeyStore[] = []

const append = (records: readonly OutgoingRecord[]): void => {
  for (const { key, value } of records) kafka.broker.append(topic, { key, value, partition: 0 })
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tributary-kept-'))
  now = 1000
  kafka = createMemoryKafka({ now: () => epochMs(now++), batchRecordsMax: 2 })
  kafka.broker.createTopic({ topic, partitions: 1, replicationFactor: 1, config: {} })
  masters = createMasterKeys([new Uint8Array(32).fill(1)])
  lost = []
  channel = createFragmentKeys({
    masters,
    fragmentsMax: 10,
    suppressed: () => undefined,
    now: () => now,
    send: async (records) => Promise.resolve(append(records)),
  })
})
afterEach(async () => {
  await Promise.all(open.splice(0).map(async (store) => store.stop()))
  rmSync(directory, { recursive: true })
})

async function openStore(): Promise<KeyStore> {
  const store = await openKeyStore(kafka.client().reader(), topic, directory)
  open.push(store)
  return store
}

const rowsOf = (store: KeyStore, keys = masters) =>
  createKeptRows({
    store,
    masters: keys,
    definition: () => definition,
    lost: (why) => void lost.push(why),
  })

async function seal(fragment: FragmentId, name: string, value: string): Promise<string> {
  const text = channel.seal(fragment, traitPlace(name), value)
  await channel.stored()
  return text
}

const row = (values: Readonly<Record<string, unknown>>, members = [ada]): ProfileRow => ({
  profile_id: 'p',
  version: '1',
  deleted: 0,
  updated_at: '',
  first_seen: null,
  last_seen: null,
  events: 1,
  members,
  definition: definitionVersion(1),
  consent: {},
  trait_provenance: {},
  ...values,
})

describe('a row of profiles', () => {
  it('has clear values open and sealed ones as they are; that of the history has both sealed', async () => {
    const shown = await seal(ada, 'shown', 'Ada')
    const hidden = await seal(ada, 'hidden', 'Lovelace')
    const store = await openStore()
    const made = row({ t_shown: shown, t_hidden: hidden, t_plain: 'x', t_age: 5 })
    const before = structuredClone(made)
    const { profiles, history } = await rowsOf(store).open([made])
    expect(profiles).toEqual([{ ...made, t_shown: 'Ada' }])
    expect(history).toEqual([before])
    // What the fold made is not touched.
    expect(made).toEqual(before)
  })

  it('opens what was sealed after the store was read, without waiting for who follows', async () => {
    const store = await openStore()
    const { profiles } = await rowsOf(store).open([
      row({ t_shown: await seal(ada, 'shown', 'Ada') }),
    ])
    expect(profiles).toMatchObject([{ t_shown: 'Ada' }])
    expect(lost).toEqual([])
  })

  it('opens values of each of several members with the key of their own', async () => {
    const store = await openStore()
    const texts = [await seal(ada, 'shown', 'Ada'), await seal(ben, 'shown', 'Ben')]
    const { profiles } = await rowsOf(store).open(
      texts.map((text) => row({ t_shown: text }, [ada, ben])),
    )
    expect(profiles.map((one) => one['t_shown'])).toEqual(['Ada', 'Ben'])
  })

  it('is empty where the key was destroyed, and says so once and for all', async () => {
    const text = await seal(ada, 'shown', 'Ada')
    const id = sealedParts(text)?.keyId as DataKeyId
    append([keyTombstone(ada, id)])
    const kept = rowsOf(await openStore())
    const { profiles, history } = await kept.open([row({ t_shown: text })])
    expect([profiles[0]?.['t_shown'], history[0]?.['t_shown']]).toEqual([null, text])
    await kept.open([row({ t_shown: text })])
    expect(lost).toEqual(['destroyed', 'destroyed'])
  })

  it('shows nothing that was sealed for somebody else, for another trait, or was changed', async () => {
    const store = await openStore()
    const mine = await seal(ada, 'shown', 'Ada')
    const other = await seal(ben, 'shown', 'Ben')
    const changed = `${mine.slice(0, -3)}AAA`
    const elsewhere = await seal(ada, 'hidden', 'Lovelace')
    const { profiles } = await rowsOf(store).open(
      [other, changed, elsewhere].map((text) => row({ t_shown: text })),
    )
    expect(profiles.map((one) => one['t_shown'])).toEqual([null, null, null])
    expect(lost).toEqual(['broken', 'broken', 'broken'])
  })

  it('from before the trait was kept, or after, shows no more than the file says now', async () => {
    const store = await openStore()
    const made = row({
      t_shown: 'plain Ada',
      t_hidden: 'plain Lovelace',
      t_plain: await seal(ada, 'plain', 'x'),
    })
    const { profiles, history } = await rowsOf(store).open([made])
    expect(profiles).toMatchObject([{ t_shown: 'plain Ada', t_hidden: null, t_plain: null }])
    expect(history).toMatchObject([{ t_shown: null, t_hidden: null, t_plain: null }])
  })

  it('stops the flush where a master key is missing: the value is there, and must not be lost', async () => {
    const text = await seal(ada, 'shown', 'Ada')
    const kept = rowsOf(await openStore(), createMasterKeys([new Uint8Array(32).fill(2)]))
    await expect(kept.open([row({ t_shown: text })])).rejects.toMatchObject({
      code: 'TRB_KEY_INVALID',
      message: expect.stringContaining(masters.current) as unknown,
    })
  })

  it('that has nothing kept is handed on as it is', async () => {
    const rows = [row({ t_plain: 'x' }), { ...row({}), deleted: 1 as const }]
    const kept = await rowsOf(await openStore()).open(rows)
    expect(kept.profiles).toBe(rows)
    expect(kept.history).toBe(rows)
  })
})

describe('the keys of a fragment', () => {
  it('that were made until an erasure are destroyed, and no others', async () => {
    await seal(ada, 'shown', 'Ada')
    await seal(ben, 'shown', 'Ben')
    const erasedAt = epochMs(now)
    now += 1
    const anew = createFragmentKeys({
      masters,
      fragmentsMax: 10,
      suppressed: () => erasedAt,
      now: () => now,
      send: async (records) => Promise.resolve(append(records)),
    })
    anew.seal(ada, traitPlace('shown'), 'Nova')
    await anew.stored()
    const store = await openStore()
    const records = store.tombstones(ada, erasedAt)
    expect(records.map(({ value }) => value)).toEqual([null])
    append(records)
    const again = await openStore()
    expect(again.tombstones(ada, erasedAt)).toEqual([])
    expect(again.tombstones(ada, epochMs(now + 1000))).toHaveLength(1)
  })

  it('are read by each process of a host into a file of its own', async () => {
    const text = await seal(ada, 'shown', 'Ada')
    const stores = [await openStore(), await openStore()]
    for (const store of stores)
      expect((await store.find([sealedParts(text)?.keyId as DataKeyId])).size).toBe(1)
  })
})

const small = mkdtempSync(join(tmpdir(), 'tributary-kept-full-'))
const room = mountStateRoom(small, 8)

describe.skipIf(typeof room === 'string')('a store whose disk is full', () => {
  it('waits for room and goes on, and finds in the topic meanwhile what it could not write', async () => {
    if (typeof room === 'string') return
    const mayGoOn = Promise.withResolvers<void>()
    let pauses = 0
    const store = await openKeyStore(
      kafka.client().reader(),
      topic,
      join(small, 'keys'),
      async () => {
        pauses += 1
        await mayGoOn.promise
        room.empty()
      },
    )
    room.fill()
    const text = channel.seal(ada, traitPlace('shown'), 'Ada')
    await channel.stored()
    await vi.waitFor(() => expect(pauses).toBe(1))
    const id = sealedParts(text)?.keyId ?? ('' as DataKeyId)
    expect([...(await store.find([id])).keys()]).toEqual([id])
    expect(store.tombstones(ada, epochMs(now))).toEqual([])
    mayGoOn.resolve()
    await vi.waitFor(() => expect(store.tombstones(ada, epochMs(now))).toHaveLength(1))
    expect(await Promise.race([store.ended, Promise.resolve('goes on')])).toBe('goes on')
    await store.stop()
    room.unmount()
    rmSync(small, { recursive: true })
  })
})
