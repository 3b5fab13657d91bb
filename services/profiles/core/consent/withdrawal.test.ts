/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { compileDefinition } from '#runtime/definition/compile.ts'
import { pipelineSchema } from '#runtime/definition/schema.ts'
import type { RoutedEvent } from '#runtime/event/event.ts'
import { definitionVersion, type FragmentId } from '#runtime/event/ids.ts'
import { routedEvent } from '../../../../test/support/fold/events.ts'
import { definitionText } from '../../../../test/support/fold/definition.ts'
import {
  birth,
  fragmentsAt,
  testPartition,
  type TestPartition,
} from '../../../../test/support/fold/partition.ts'
import type { Flush } from '../fold/flush.ts'

// One partition, so that a profile's owner is every fragment's home.

const keen = (name: string, purpose: string, reads: string): string => `
  - name: ${name}
    description: ${name}
    owner: a@b.example
    objective: None
    success_metric: { event: page_viewed, aggregation: count, window: 7d, direction: up }
    review_by: 2030-01-01
    enter: ${reads} >= 2
    priority: 1
    purpose: ${purpose}`

const text = definitionText(
  `
features:
  - { name: views, description: Views, kind: count, events: [page_viewed], purpose: ads }
  - { name: orders, description: Orders, kind: count, events: [order_completed], purpose: service }
segments:${keen('shown_ads', 'ads', 'views')}${keen('served', 'service', 'orders')}${keen('mailed', 'mail', 'orders')}${keen('by_views', 'service', 'views')}
`,
  ['user_id', 'email'],
  ['service', 'ads', 'mail'],
)
const definition = compileDefinition(pipelineSchema.parse(parse(text)), definitionVersion(1))

const [ada = '' as FragmentId, bob = '' as FragmentId] = fragmentsAt(0, 1, 2)
const { purposes } = definition

interface Story {
  readonly partition: TestPartition
  said: number
  tell(
    who: FragmentId,
    at: number,
    consent: RoutedEvent['consent'],
    type?: RoutedEvent['type'],
    topic?: string,
  ): Flush
}

function story(): Story {
  const partition = testPartition({ partition: 0, partitions: 1, definitions: [definition] })
  partition.send(0, { kind: 'define', version: definitionVersion(1) }, { kind: 'definitions' })
  const one: Story = {
    partition,
    said: 0,
    tell(who, at, consent, type = 'custom:nothing', topic = 'channel.web') {
      one.said += 1
      const event = routedEvent({ id: `e${one.said}`, identifiers: [who], at, type, consent })
      const origin = { kind: 'raw', topic, incarnation: 0, partition: 0 } as const
      return partition.send(at, { kind: 'event', event }, origin)
    },
  }
  return one
}

const moves = ({ rows }: Flush): readonly string[] =>
  rows.segment_transitions.map(({ to, segment, cause }) => `${to} ${segment} by ${cause}`)
const history = ({ rows }: Flush): readonly string[] =>
  rows.consent_history.map(({ purpose, state }) => `${purpose} ${state}`)
const row = ({ rows }: Flush) => rows.profiles.at(-1)

const all = { ads: 'granted', mail: 'granted', service: 'basis' } as const

function known(): Story {
  const one = story()
  one.tell(ada, 1, all, 'page_viewed')
  one.tell(ada, 2, all, 'page_viewed')
  one.tell(ada, 3, all, 'order_completed')
  one.tell(ada, 4, all, 'order_completed')
  return one
}

test('the story has the purposes that it is about', () => {
  expect(purposes.toSorted()).toEqual(['ads', 'mail', 'service'])
})

describe('a withdrawal', () => {
  test('takes values, memberships and reasons of its purpose away, and of no other, by a cause of its own', () => {
    const flush = known().tell(ada, 5, { ads: 'denied' })
    expect(moves(flush).toSorted()).toEqual([
      'exited by_views by consent',
      'exited shown_ads by consent',
    ])
    expect(row(flush)).toMatchObject({ f_views: null, f_orders: 2, consent: { ads: 'denied' } })
    expect(JSON.stringify(flush.rows.segment_memberships)).not.toContain('"views":2')
    expect(flush.segmentChanges).toHaveLength(2)
  })

  test('is told to the public though it came with an import; what enters by an import is not', () => {
    const one = known()
    const gone = one.tell(ada, 5, { ads: 'denied' }, 'custom:nothing', 'channel.web.import')
    expect(gone.segmentChanges.map(({ cause }) => cause)).toEqual(['consent', 'consent'])
    const back = one.tell(ada, 6, { ads: 'granted' }, 'custom:nothing', 'channel.web.import')
    expect(moves(back)).toEqual(['entered by_views by import', 'entered shown_ads by import'])
    expect(back.segmentChanges).toEqual([])
  })

  test('taken back shows the value that never stopped folding', () => {
    const one = known()
    one.tell(ada, 5, { ads: 'denied' })
    expect(row(one.tell(ada, 6, {}, 'page_viewed'))).toMatchObject({ f_views: null })
    const flush = one.tell(ada, 7, { ads: 'granted' })
    expect(row(flush)).toMatchObject({ f_views: 3, consent: { ads: 'given' } })
    expect(moves(flush)).toEqual(['entered by_views by consent', 'entered shown_ads by consent'])
  })

  test('of mail is of mail alone', () => {
    const flush = known().tell(ada, 5, { mail: 'denied' }, 'email_unsubscribed')
    expect(moves(flush)).toEqual(['exited mailed by consent'])
    expect(row(flush)).toMatchObject({ f_views: 2, f_orders: 2 })
  })

  test('that comes late, from before the newest answer, takes nothing away', () => {
    const one = known()
    expect(moves(one.tell(ada, 3, { ads: 'denied' }))).toEqual([])
    expect(moves(one.tell(ada, 4, { ads: 'denied' }))).toHaveLength(2)
  })
})

describe('an event that brings more than consent', () => {
  test('lets somebody enter by what it brings: a first basis is no consent that was given', () => {
    const one = story()
    one.tell(ada, 1, { service: 'basis' }, 'order_completed')
    expect(moves(one.tell(ada, 2, { service: 'basis' }, 'order_completed'))).toEqual([
      'entered served by event',
    ])
    expect(moves(one.tell(ada, 3, { mail: 'granted' }, 'order_completed'))).toEqual([
      'entered mailed by event',
    ])
  })
})

const assign = (one: Story, at: number, fragment: FragmentId, to: FragmentId): Flush => {
  const flush = one.partition.send(
    at,
    { kind: 'assign', fragment, profile: birth(to) },
    { kind: 'links' },
  )
  const frames = flush.frames.get(0) ?? []
  const bodies = frames.map(({ body }) => body)
  return one.partition.sendAll(at, bodies, { kind: 'log', generation: 1, partition: 0 })
}

describe('a merge', () => {
  test('goes by the newest answer per purpose of all; a split takes its own declarations back', () => {
    const one = known()
    one.tell(bob, 10, { ads: 'denied', mail: 'granted', service: 'basis' })
    const merged = assign(one, 11, bob, ada)
    expect(row(merged)).toMatchObject({
      profile_id: birth(ada),
      f_views: null,
      consent: { ads: 'denied', mail: 'given' },
    })
    expect(moves(merged).toSorted()).toEqual([
      'exited by_views by merge',
      'exited shown_ads by merge',
    ])
    const parted = assign(one, 12, bob, bob)
    expect(row(parted)).toMatchObject({
      profile_id: birth(ada),
      f_views: 2,
      consent: { ads: 'given', mail: 'given' },
    })
  })

  test('a member that withdraws takes it away from the profile, by consent', () => {
    const one = known()
    one.tell(bob, 1, { service: 'basis' })
    assign(one, 5, bob, ada)
    const said = one.tell(bob, 6, { ads: 'denied', service: 'basis' }, 'order_completed')
    const bodies = (said.frames.get(0) ?? []).map(({ body }) => body)
    const flush = one.partition.sendAll(6, bodies, { kind: 'log', generation: 1, partition: 0 })
    expect(moves(flush).toSorted()).toEqual([
      'exited by_views by consent',
      'exited shown_ads by consent',
    ])
    expect(row(flush)).toMatchObject({ f_views: null, f_orders: 3 })
  })
})

describe('the history', () => {
  test('has what is new, and nothing of what sources repeat with every event', () => {
    const one = story()
    expect(history(one.tell(ada, 1, all))).toEqual(['ads granted', 'mail granted', 'service basis'])
    expect(history(one.tell(ada, 2, all))).toEqual([])
    expect(history(one.tell(ada, 3, { ads: 'denied', service: 'granted' }))).toEqual([
      'ads denied',
      'service granted',
    ])
    expect(history(one.tell(ada, 2, { ads: 'granted' }))).toEqual(['ads granted'])
  })

  test('is of the fragment that said it, also when it belongs to somebody else', () => {
    const one = known()
    one.tell(bob, 5, { ads: 'denied' })
    one.partition.send(6, { kind: 'assign', fragment: bob, profile: birth(ada) }, { kind: 'links' })
    const flush = one.tell(bob, 7, { ads: 'granted' })
    expect(flush.rows.consent_history).toMatchObject([
      { fragment_id: bob, purpose: 'ads', state: 'granted', event_id: 'e6', source: 'test' },
    ])
  })

  test('an event that comes twice is told once', () => {
    const one = story()
    one.tell(ada, 1, all)
    one.said = 0
    expect(history(one.tell(ada, 2, { ads: 'denied' }))).toEqual([])
  })
})
