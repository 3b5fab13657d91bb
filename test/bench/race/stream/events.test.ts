import { expect, test } from 'vitest'
import { type RaceEvent, raceEvents } from './events.ts'
import { allEvents, allPeople, eventsOf, planStreams } from './plan.ts'

const options = {
  seed: 7,
  events: 20_000,
  people: 2000,
  name: 'test',
  endsAt: Date.UTC(2026, 5, 1),
  days: 120,
  severalEvery: 5,
}
const events = [...raceEvents(options)]

test('the same seed gives the same events, another seed others', () => {
  expect([...raceEvents(options)]).toEqual(events)
  expect([...raceEvents({ ...options, seed: 8 })]).not.toEqual(events)
})

test('there are as many events and people as were asked for, ids and times are never the same', () => {
  expect(events).toHaveLength(options.events)
  expect(new Set(events.map(({ person }) => person)).size).toBe(options.people)
  expect(new Set(events.map(({ id }) => id)).size).toBe(options.events)
  expect(new Set(events.map(({ at }) => at)).size).toBe(options.events)
  expect(Math.max(...events.map(({ at }) => at))).toBe(options.endsAt)
})

test('a fifth of the people have several identifiers, and their events tie all of them together', () => {
  const byPerson = Map.groupBy(events, ({ person }) => person)
  const several = [...byPerson].filter(([, of]) => valuesOf(of).size > 1)
  expect(several.length / options.people).toBe(0.2)
  for (const [, of] of several) expect(groupsOf(of)).toBe(1)
})

test('where everybody has several identifiers, the first three events of everybody tie them together', () => {
  const merging = [...raceEvents({ ...options, people: 5000, severalEvery: 1 })]
  for (const [, of] of Map.groupBy(merging, ({ person }) => person)) {
    for (const { identifiers } of of.slice(0, 3)) expect(identifiers.length).toBeGreaterThan(1)
    expect(groupsOf(of)).toBe(1)
  }
})

test('no identifier is of two people', () => {
  const people = new Map<string, number>()
  for (const { identifiers, person } of events)
    for (const [type, value] of identifiers) {
      expect(people.get(`${type} ${value}`) ?? person).toBe(person)
      people.set(`${type} ${value}`, person)
    }
})

test('new people come in evenly, so that identity has as much to decide at the end as at the beginning', () => {
  const firstOf = new Map<number, number>()
  for (const [n, { person }] of events.entries()) if (!firstOf.has(person)) firstOf.set(person, n)
  const early = [...firstOf.values()].filter((n) => n < options.events / 2).length
  expect(early / options.people).toBeCloseTo(0.5, 2)
})

test('the busiest tenth of the people has about half of the events', () => {
  const counts = [...Map.groupBy(events, ({ person }) => person).values()]
    .map(({ length }) => length)
    .toSorted((a, b) => b - a)
  const busiest = counts.slice(0, options.people / 10).reduce((sum, n) => sum + n, 0)
  expect(busiest / options.events).toBeGreaterThan(0.45)
  expect(busiest / options.events).toBeLessThan(0.6)
})

test('the untimed part has people and ids of its own, and as many events to a person', () => {
  const plan = planStreams({ events: 3000, people: 300, warmUp: 1000, endsAt: options.endsAt })
  const all = [...eventsOf(plan)]
  expect(all).toHaveLength(allEvents(plan))
  expect(new Set(all.map(({ event }) => event.id)).size).toBe(4000)
  expect(new Set(all.map(({ event, firstPerson }) => firstPerson + event.person)).size).toBe(
    allPeople(plan),
  )
  expect(allPeople(plan)).toBe(400)
  expect([plan.warm, plan.timed].map(({ severalEvery }) => 1 / severalEvery)).toEqual([0.2, 0.2])
})

const valuesOf = (of: readonly RaceEvent[]): Set<string> =>
  new Set(of.flatMap(({ identifiers }) => identifiers.map((one) => one.join(' '))))

/** Of identifiers that no event ties together. */
function groupsOf(of: readonly RaceEvent[]): number {
  let groups: Set<string>[] = []
  for (const { identifiers } of of) {
    const own = new Set(identifiers.map((one) => one.join(' ')))
    const met = groups.filter((group) => [...group].some((one) => own.has(one)))
    groups = [
      ...groups.filter((group) => !met.includes(group)),
      new Set([...own, ...met.flatMap((group) => [...group])]),
    ]
  }
  return groups.length
}
