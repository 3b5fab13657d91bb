/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { rankedBytes, stateBytesMax, unnamedPurposesMax } from '#runtime/definition/state-bounds.ts'
import { definitionVersion, epochMs, type FragmentId } from '#runtime/event/ids.ts'
import { encodeSingleFrame } from '#runtime/log/frame.ts'
import type { Body, Origin } from '#runtime/log/messages.ts'
import { shippedDefinition, testDefinition } from '../../../../test/support/fold/definition.ts'
import { routedEvent, type TestEvent } from '../../../../test/support/fold/events.ts'
import { birth, fragmentsAt, testFold } from '../../../../test/support/fold/partition.ts'
import { newFlush, type OpenFlush } from '../../core/fold/flush.ts'
import type { PartitionState } from '../../core/state.ts'
import { isFull } from './is-full.ts'

const start = 1_700_000_000_000
const channel: Origin = { kind: 'raw', topic: 'channel.web', incarnation: 0, partition: 0 }
const links: Origin = { kind: 'links' }
const elsewhere = birth(fragmentsAt(1, 4, 1, 'user_id')[0] as FragmentId)

/** A home whose flushes end where they must, and whose fragments belong to a profile of another partition. */
interface Home {
  readonly state: PartitionState
  readonly fragments: readonly FragmentId[]
  /** Bytes of every frame that was sent. */
  readonly frames: readonly number[]
  event(event: Omit<TestEvent, 'at' | 'id'>): void
  define(version: number): void
  assign(fragment: FragmentId): void
  end(): void
}

function homeOf(definitions: readonly CompiledDefinition[], fragments: number): Home {
  const { fold, state } = testFold({ partition: 0, partitions: 4, definitions })
  const ids = fragmentsAt(0, 4, fragments, 'anonymous_id')
  const frames: number[] = []
  let offset = 0
  let flush: OpenFlush = newFlush()
  const end = (): void => {
    const { largestFrameBytes } = flush
    fold.end(flush)
    for (const messages of flush.frames.values()) {
      const { length } = encodeSingleFrame({
        origin: { kind: 'log', generation: 1, partition: 0 },
        logTime: null,
        messages,
      })
      expect(length).toBeLessThanOrEqual(largestFrameBytes + frameHeaderBytes)
      frames.push(length)
    }
    flush = newFlush()
  }
  const send = (body: Body, origin = channel): void => {
    const message = { position: [offset, 0, 0], body } as const
    const timestamp = epochMs(start + offset)
    fold.message({ offset, index: 0, timestamp, logTime: null, origin, message }, flush)
    fold.frameEnd(offset)
    offset += 1
    if (isFull(flush)) end()
  }
  const define = (version: number): void =>
    send({ kind: 'define', version: definitionVersion(version) }, { kind: 'definitions' })
  define(1)
  return {
    state,
    fragments: ids,
    frames,
    end,
    define,
    event: (event) =>
      send({
        kind: 'event',
        event: routedEvent({ ...event, id: `${offset}`, at: start + offset * 1000 }),
      }),
    assign: (fragment) => send({ kind: 'assign', fragment, profile: elsewhere }, links),
  }
}

const frameHeaderBytes = 100

/** Every fragment belongs to somebody else before anything of note happens. */
function assigned(home: Home): Home {
  for (const id of home.fragments) {
    home.event({ identifiers: [id] })
    home.assign(id)
  }
  home.end()
  return home
}

const topk = (name: string, k: number): string =>
  `{ name: ${name}, description: A, kind: decayed_topk, key: properties.product_id, half_life: 7d, events: [product_viewed], k: ${k}, purpose: service }`
const features = (...all: readonly string[]): string =>
  `features:\n${all.map((one) => `  - ${one}\n`).join('')}`

const seen = (home: Home, fragment: number, product: string): void =>
  home.event({
    identifiers: [home.fragments[fragment] as FragmentId],
    type: 'product_viewed',
    properties: { product_id: product, category: product },
  })

describe('all Members of a flush for one target are one frame', () => {
  it('though what was counted grows afterwards, by the shipped file', () => {
    const home = assigned(homeOf([shippedDefinition(1)], 300))
    for (let n = 0; n < 50; n += 1)
      for (let fragment = 0; fragment < 300; fragment += 1)
        seen(home, fragment, `a product of a name ${n}`)
    home.end()
    expect(home.frames.length).toBeGreaterThan(2)
  })

  it('though a fragment that is sent whole grows in the same flush', () => {
    const home = homeOf([testDefinition(1, features(topk('a', 50), topk('b', 40)))], 4)
    for (let fragment = 0; fragment < 4; fragment += 1) {
      seen(home, fragment, 'first')
      home.assign(home.fragments[fragment] as FragmentId)
    }
    for (let n = 1; n < 400; n += 1)
      for (let fragment = 0; fragment < 4; fragment += 1)
        seen(home, fragment, `${'x'.repeat(180)} ${n}`)
    home.end()
    expect(home.frames.length).toBeGreaterThan(1)
  })

  it.each(['x', 'ü', '語', '\u0001', '"'])('of keys of the longest texts, of %j', (letter) => {
    const home = homeOf([testDefinition(1, features(topk('a', 20)))], 1)
    for (const length of [80, 400, 500])
      for (let n = 0; n < 250; n += 1) seen(home, 0, letter.repeat(length) + String(n))
    home.assign(home.fragments[0] as FragmentId)
    home.end()
    expect(home.frames.at(-1)).toBeLessThan(rankedBytes(20) + 1000)
  })

  it('of an event that speaks of more purposes than anybody has, again and again', () => {
    const home = assigned(homeOf([shippedDefinition(1)], 1))
    const [id = ''] = home.fragments
    for (let n = 0; n < 40; n += 1)
      home.event({
        identifiers: [id],
        consent: Object.fromEntries(
          Array.from({ length: 450 }, (_, at) => [`category ${n} ${at}`, 'granted'] as const),
        ),
      })
    home.event({ identifiers: [id], consent: { email_marketing: 'denied' } })
    home.end()
    const consent = home.state.fragment(id as FragmentId)?.content.consent
    expect(consent?.get('email_marketing')?.declared?.state).toBe('denied')
    expect([...(consent?.keys() ?? [])].filter((name) => name.startsWith('category'))).toHaveLength(
      unnamedPurposesMax,
    )
    expect(home.state.meta.counters.valuesRefused).toBe(40 * 450 - unnamedPurposesMax)
  })

  it('of a fragment that has kept the states of many files that came and went', () => {
    const files = Array.from({ length: 6 }, (_, n) =>
      testDefinition(n + 1, features(topk(`a${n}`, 70))),
    )
    const home = homeOf(files, 1)
    for (let file = 0; file < 6; file += 1) {
      if (file > 0) home.define(file + 1)
      for (let n = 0; n < 700; n += 1) seen(home, 0, `${'x'.repeat(180)} ${n}`)
    }
    home.assign(home.fragments[0] as FragmentId)
    home.end()
    expect(home.frames.at(-1)).toBeLessThan(stateBytesMax)
  })

  it('of whatever sources say', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 600 }),
      fc
        .tuple(fc.constantFrom('x', '語', '\u0001'), fc.nat(1200), fc.nat(99))
        .map(([letter, length, n]) => letter.repeat(length) + `${n}`),
    )
    const said = fc.record({
      fragment: fc.nat(3),
      product: text,
      country: text,
      source: text.map((one) => one.slice(0, 128)),
      purpose: text.map((one) => one.slice(0, 256)),
    })
    fc.assert(
      fc.property(fc.array(said, { maxLength: 200, size: 'max' }), (events) => {
        const home = assigned(homeOf([shippedDefinition(1)], 4))
        for (const { country, fragment, product, purpose, source } of events)
          home.event({
            identifiers: [home.fragments[fragment] as FragmentId],
            type: 'product_viewed',
            properties: { product_id: product, category: product },
            traits: { country },
            consent: { [purpose]: 'granted' },
            source,
          })
        for (const id of home.fragments) home.assign(id)
        home.end()
      }),
      { numRuns: 15 },
    )
  })
})
