/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import { expect, test } from 'vitest'
import { createForwarder } from '#runtime/channel/core/forward.ts'
import type { JsonObject } from '#runtime/event/event.ts'
import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import { createMemoryKafka } from '#runtime/kafka/memory/client.ts'
import {
  aboutKey,
  createDataKey,
  createMasterKeys,
  type DataKeyId,
  keyRecord,
} from '#runtime/keys/data-keys/index.ts'
import type { HeldEvent } from './access-view.ts'
import { openKeptValues } from './open-kept.ts'

const ada = 'email:ada' as FragmentId
const id = 'AAAAAAAAAAAAAAAAAAAAAA' as DataKeyId
const secret = new Uint8Array(32).fill(7)
const masters = createMasterKeys([new Uint8Array(32).fill(1)])
const topic = 'privacy.keys'

/** What a channel sends of these properties, where these paths of the pipeline file are sealed. */
function sent(properties: JsonObject, ...paths: readonly string[]): JsonObject {
  const forwarder = createForwarder(
    {
      properties: paths.map((path) => path.split('.')),
      inClear: new Set(),
      sealed: new Set(paths),
      traits: new Map([['firstName', 'first_name']]),
      sealedTraits: new Set(['first_name']),
    },
    new Map([['first_name', 'string']]),
  )
  const key = createDataKey(id, ada, secret)
  const seal = (place: string, value: Parameters<typeof key.seal>[1]): string =>
    key.seal(place, value)
  return {
    traits: forwarder.traits({ firstName: 'Ada' }, seal),
    properties: forwarder.properties(properties, seal),
  }
}

/** The same, as `privacy access` shows it to whoever has these fragments. */
async function shown(event: JsonObject, fragments: readonly FragmentId[]): Promise<unknown> {
  const kafka = createMemoryKafka({ now: () => epochMs(0) })
  kafka.broker.createTopic({ topic, partitions: 1, replicationFactor: 1, config: {} })
  const wrapped = masters.wrap(secret, aboutKey(ada, id))
  const record = { fragment: ada, id, master: masters.current, wrapped, madeAt: null }
  kafka.broker.append(topic, { ...keyRecord(record), headers: {} })
  const kept = await openKeptValues(kafka.client().reader(), topic, masters, fragments)
  const { properties, traits } = kept.event(event as unknown as HeldEvent)
  return { properties, traits }
}

const properties = {
  gift: { note: 'for Bea', wrapped: true },
  lines: [{ engraving: 'Ada' }, { engraving: { text: 'A' } }, {}],
}

test('everything that is kept opens, a path with a place in a list included', async () => {
  for (const engraving of ['lines.engraving', 'lines.0.engraving']) {
    const event = sent(properties, 'gift.note', engraving)
    expect(JSON.stringify(event)).not.toMatch(/Ada|Bea/)
    expect(await shown(event, [ada])).toEqual({
      traits: { first_name: 'Ada' },
      properties: {
        gift: { note: 'for Bea' },
        lines: [{ engraving: 'Ada' }, { engraving: { text: 'A' } }, null],
      },
    })
  }
  const { properties: whole } = (await shown(sent(properties, 'lines.0'), [ada])) as JsonObject
  expect(whole).toEqual({ lines: properties.lines })
})

test('what was sealed for somebody else stays closed', async () => {
  expect(await shown(sent(properties, 'gift.note'), ['email:bea' as FragmentId])).toEqual({
    traits: { first_name: '(sealed)' },
    properties: { gift: { note: '(sealed)' } },
  })
})
