/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import { isDeepStrictEqual } from 'node:util'
import { deadLetterCodec } from '#runtime/log/public-records.ts'
import type { MemoryContents } from '../../services/profiles/core/memory-state.ts'
import type { Finished } from './drive.ts'
import { checkEnded, checkErased } from './erased.ts'
import { machineFlags } from './machines.ts'
import {
  batchJob,
  checkAssignments,
  checkErasures,
  checkEvents,
  checkProfiles,
  checkTransitions,
  newestRows,
  type Truth,
} from './oracle.ts'
import { checkParted } from './parted.ts'
import { refold, sameRows } from './refold.ts'
import { checkExpiries, checkSilence } from './silence.ts'
import { stepsMax } from './settle.ts'
import { checkTakenBack } from './taken-back.ts'
import { checkWithheld } from './withheld.ts'
import { linksOf, rawTopic, type World } from './world.ts'

/** The invariants of the design that a history can break, and what holds them; `rest` is the liveness. */
export const invariantNames = {
  '1': 'the same log gives the same state and effects, however it is batched and whatever crashed',
  '2': 'nothing acknowledged is lost, each event counts once',
  '3': 'any interleaving gives what a batch job gives',
  '4': 'split(merge(x)) is as never merged',
  '5': 'a bad record stops no partition and is a dead letter, with its bytes',
  public:
    'a generation that is built says nothing in public; one that serves says all, and nothing is lost in between',
  times: 'what is computed again comes out at the same times',
  rest: 'everything comes to rest within its bound, nothing waits for ever',
} as const

export type Invariant = keyof typeof invariantNames

export interface Breach {
  readonly invariant: Invariant
  readonly what: string
}

/** Everything that is wrong at the end of a history. */
export function judge({ world, states, rest }: Finished): readonly Breach[] {
  const breach =
    (invariant: Invariant) =>
    (what: string): Breach => ({ invariant, what })
  // What stood still, or differed under one version, spoils whatever else could be said.
  const failures = world.failures.map((what) =>
    breach(what.startsWith('two rows') ? '1' : 'rest')(what),
  )
  if (failures.length > 0) return failures
  const truth = batchJob(world, states)
  const rowOf = newestRows(world)
  return [
    ...[...checkEvents(world, truth), ...checkLinks(world, truth), ...checkCommits(world)].map(
      breach('2'),
    ),
    ...checkLetters(world).map(breach('5')),
    ...[
      ...checkErasures(world, states),
      ...checkAssignments(world, states),
      ...checkProfiles(world, states, truth),
      ...machineFlags(truth.events, rowOf),
      ...checkTransitions(world),
      ...checkWithheld(world),
      ...checkErased(world, states, truth),
      ...(rest.ended ? checkEnded(world, rest.ended) : []),
      ...checkExpiries(world, states),
      ...(rest.silent ? checkSilence(world, states) : []),
    ].map(breach('3')),
    ...checkRefold(world, states).map(breach('1')),
    ...(rest.parted ? checkParted(world, states) : []).map(breach('4')),
    ...(rest.takenBack ? checkTakenBack(world, states, rest.takenBack) : []).map(breach('4')),
    ...(world.mode === 'liveness' && rest.steps > stepsMax(rest)
      ? [breach('rest')(`${rest.steps} steps for a backlog of ${rest.backlog}`)]
      : []),
  ]
}

/** Each set of identifiers that an event named is in the decision log. */
function checkLinks(world: World, { events }: Truth): string[] {
  const told = new Set(
    linksOf(world).flatMap(({ record }) =>
      record.kind === 'link' ? [setOf(record.identifiers.map(({ id }) => id))] : [],
    ),
  )
  return [...events.values()].flatMap((byId) =>
    [...byId.values()]
      .filter(({ identifiers }) => identifiers.length > 1 && !told.has(setOf(identifiers)))
      .map(({ id }) => `the identifiers of ${id} were never told to the linker`),
  )
}

const setOf = (identifiers: readonly string[]): string => identifiers.toSorted().join()

/** What is committed of `profile.log` lies in a durable state. */
function checkCommits(world: World): string[] {
  const { broker } = world
  const wrong: string[] = []
  for (let partition = 0; partition < world.partitions; partition++) {
    const at = { topic: world.profiles.reads.profileLog, partition }
    const committed = broker.committed(world.groupIds.profiles, at)?.offset ?? 0
    const kept = Math.max(
      0,
      ...(world.checkpoints[partition] ?? []).map(({ meta }) => meta.nextOffset),
    )
    if (committed > kept)
      wrong.push(`partition ${partition} is committed to ${committed}, its states end at ${kept}`)
  }
  return wrong
}

/** Each bad record has its dead letter with its bytes, and no good one has any. */
function checkLetters(world: World): string[] {
  const letters = new Map<string, string>()
  for (const { value } of world.broker.records(world.profiles.writes.deadLetter, 0)) {
    if (value === null) continue
    const { topic, partition, offset, index, payload, stage, reason } =
      deadLetterCodec.decode(value)
    const key = `${topic}/${partition}/${offset}/${index ?? 'all'}`
    if (stage === '' || reason === '') return [`the dead letter of ${key} gives no reason`]
    letters.set(key, payload === '' ? (letters.get(key) ?? '') : payload)
  }
  const wrong: string[] = []
  const expect = (key: string, bytes: string): void => {
    const held = letters.get(key)
    if (held === undefined) wrong.push(`${key} vanished`)
    else if (held !== bytes) wrong.push(`the dead letter of ${key} has other bytes`)
    letters.delete(key)
  }
  for (const { partition, offset, bytes, bad } of world.raw)
    for (const index of bad)
      expect(
        `${rawTopic}/${partition}/${offset}/${index ?? 'all'}`,
        Buffer.from(bytes).toString('base64'),
      )
  for (const { topic, partition, offset } of world.garbage)
    expect(`${topic}/${partition}/${offset}/0`, Buffer.from('no frame').toString('base64'))
  return [...wrong, ...[...letters.keys()].map((key) => `${key} was refused for nothing`)]
}

/** Folded once more in one go, with other batches and without any fault, each log gives the state and the rows that are there. */
function checkRefold(world: World, states: readonly MemoryContents[]): string[] {
  return states.flatMap((state, partition) => {
    const again = refold(world, partition)
    const [refolded, held] = [whatCounts(again.contents), whatCounts(state)]
    const wrong = isDeepStrictEqual(refolded, held)
      ? []
      : [`partition ${partition}: another state, ${firstDifference(refolded, held)}`]
    return [...wrong, ...sameRows(world, again.rows)]
  })
}

type Memory = MemoryContents['links']

const since = (memory: Memory, before: number): Memory =>
  new Map(
    [...memory].flatMap(([scope, keys]) => {
      const kept = [...keys].filter(([, at]) => at >= before)
      return kept.length === 0 ? [] : [[scope, new Map(kept)] as const]
    }),
  )

/** Without memories that count as forgotten: when they are removed is the flush's business, and no answer depends on it. */
function whatCounts(contents: MemoryContents): MemoryContents {
  const { eventsForgottenBefore, linksForgottenBefore } = contents.meta
  return {
    ...contents,
    events: since(contents.events, eventsForgottenBefore),
    links: since(contents.links, linksForgottenBefore),
  }
}

function firstDifference(a: MemoryContents, b: MemoryContents): string {
  for (const part of ['meta', 'events', 'links', 'profiles', 'fragments'] as const)
    if (!isDeepStrictEqual(a[part], b[part])) return `its ${part} differ`
  return 'somewhere'
}
