/* oxlint-disable typescript/no-unsafe-type-assertion -- made-up names are ids by decree */
import type { IdentityDefinition } from '#runtime/definition/schema.ts'
import { epochMs, type EventKey, type FragmentId } from '#runtime/event/ids.ts'
import type { CommandRecord, LinkRecord, LinksRecord } from '#runtime/log/links.ts'
import { createRandom } from '../../model/random.ts'

/** A log that costs the linker more than any ordinary one does, under a policy that allows it. */
export interface WorstCase {
  readonly policy: Partial<IdentityDefinition>
  /** What has to be there before; not in the figures. */
  readonly before: readonly LinksRecord[]
  readonly measured: readonly LinksRecord[]
}

const day = 86_400_000
const lifetimeDays = 30

const idOf = (type: string, place: number | string): FragmentId =>
  `${type}:${String(place).padStart(22, 'a')}` as FragmentId
const device = (place: number): FragmentId => idOf('anonymous_id', place)

function link(number: number, atMs: number, ids: readonly FragmentId[]): LinkRecord {
  const at = epochMs(atMs)
  return {
    kind: 'link',
    linkId: String(number).padStart(22, 'l'),
    sender: { generation: 0, partition: 0, position: [number, 0, 0] },
    identifiers: [...new Set(ids)].map((id) => ({ id, blocked: null })),
    eventId: `event ${number}`,
    eventKey: String(number) as EventKey,
    source: 'segment',
    eventType: 'page_viewed',
    occurredAt: at,
    receivedAt: at,
    logTime: at,
  }
}

const command = (
  number: number,
  action: CommandRecord['action'],
  fragments: readonly FragmentId[],
): CommandRecord => ({
  kind: 'command',
  commandId: `command ${number}`,
  at: epochMs(day),
  by: 'ada',
  reason: 'bench',
  action,
  fragments,
})

const times = <T>(count: number, make: (place: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, place) => make(place))

const unbounded: Partial<IdentityDefinition> = {
  cap: 5000,
  automatic_block: 'none',
  types: { anonymous_id: { limit: 'none', blocked: [] } },
}
const ageing: Partial<IdentityDefinition> = { ...unbounded, link_lifetime: `${lifetimeDays}d` }

/** What is said once, of 5,000 identifiers 100,000 times, and all of it over when others come. */
function allAged(setOf: (place: number) => readonly FragmentId[], records: number): WorstCase {
  const evidence = 100_000
  return {
    policy: ageing,
    before: times(evidence, (n) => link(n, day + n, setOf(n))),
    measured: times(records, (n) =>
      link(evidence + n, day * 2 + evidence + lifetimeDays * day, [device(90_000 + (n % 7))]),
    ),
  }
}

const members = 5000

/** A person on so many devices, each named with others of hers twenty times: some part with every record. */
const star = (records: number): WorstCase =>
  allAged((n) => {
    const place = Math.floor(n / 20)
    return [idOf('user_id', 0), device(place), device((place + 1 + (n % 20)) % members)]
  }, records)

/** Nobody in the middle. */
function mesh(records: number): WorstCase {
  const random = createRandom(1)
  return allAged(
    (n) =>
      n < members - 1
        ? [device(random.below(n + 1)), device(n + 1)]
        : [device(random.below(members)), device(random.below(members))],
    records,
  )
}

/** Somebody with 1,000 devices and 8,500 pieces of evidence that live: one grows old with each that comes. */
function busy(records: number): WorstCase {
  const random = createRandom(2)
  const live = 8500
  const stepMs = (lifetimeDays * day) / live
  const set = (): readonly FragmentId[] => [
    idOf('user_id', 0),
    ...(random.chance(0.3) ? [idOf('email', random.below(3))] : []),
    device(random.below(1000)),
  ]
  const each = (n: number): LinkRecord => link(n, Math.floor(n * stepMs), set())
  return {
    policy: ageing,
    before: times(live, each),
    measured: times(records, (n) => each(live + n)),
  }
}

const linked = (user: number, from: number, count: number): readonly LinkRecord[] =>
  times(count, (n) => link(from + n, day + n, [idOf('email', user), device(from + n)]))

/** Of 2,000 one after the other is split off, and comes back. */
function splits(records: number): WorstCase {
  const size = 2000
  return {
    policy: unbounded,
    before: linked(0, 0, size - 1),
    measured: [
      ...times(records, (n) => command(n, 'split', [device(n)])),
      ...times(records, (n) => command(records + n, 'unsplit', [device(n)])),
    ],
  }
}

/** Whatever operators may ask for of the largest profile. */
function commands(): WorstCase {
  const half = members / 2
  const sides = times(2, (side) => [
    idOf('email', side),
    ...times(half - 1, (n) => device(side * half + n)),
  ])
  const everybody = sides.flat()
  const asked: readonly (readonly [CommandRecord['action'], readonly FragmentId[]])[] = [
    ['merge', [idOf('email', 0), idOf('email', 1)]],
    ['reconsider', [idOf('email', 0)]],
    ['split', sides.flatMap(([, ...devices]) => devices)],
    ['unsplit', everybody],
    ['reconsider', everybody],
    ['split', everybody.slice(half)],
    ['unsplit', everybody.slice(half)],
    ['split', everybody.slice(half)],
    ['merge', everybody],
    ['erase', everybody],
  ]
  return {
    policy: unbounded,
    before: [...linked(0, 0, half - 1), ...linked(1, half, half - 1)],
    measured: asked.map(([action, fragments], n) => command(n, action, fragments)),
  }
}

/** By name: for `records` records, where the case can have more or fewer. */
export const worstCases = { star, mesh, busy, splits, commands } as const
