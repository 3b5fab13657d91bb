import type { CompiledDefinition, CompiledSegment } from '#runtime/definition/compiled.ts'
import type { FilePath } from '#runtime/definition/findings.ts'
import { type EpochMs, epochMs, type ProfileId } from '#runtime/event/ids.ts'
import { toIso } from '#runtime/time/iso.ts'
import {
  explainSegment,
  type SegmentExplanation,
} from '../../profiles/core/segments/explain-segment.ts'
import { foresee } from '../../profiles/core/segments/foresee.ts'
import { readProfile } from '../../profiles/core/rows/read-profile.ts'
import { createOfflineWorld, type OfflineWorld } from '../features/offline-world.ts'
import { knownProfile, membersOf } from '../features/read-world.ts'
import type { RawIdentifier } from '#runtime/channel/core/outcome.ts'
import type { OfflineEvent } from '../identity/offline-event.ts'
import type { ExampleEvent, ExampleFile, ExampleTest, Expectation, Who } from './example-schema.ts'
import { matches, toleranceMs } from './matches.ts'
import { exampleTime, spanMs, spanText } from './times.ts'

/** Something did not come out as written. */
export interface Failure {
  /** Where it stands in the file of examples. */
  readonly path: FilePath
  readonly message: string
  readonly expected: unknown
  readonly actual: unknown
  /** Of a segment: why it is so. */
  readonly explanation: SegmentExplanation | null
}

export interface TestResult {
  readonly name: string
  readonly path: FilePath
  readonly failures: readonly Failure[]
  /** Segments that somebody entered in this test. */
  readonly entered: readonly string[]
}

/** Every test starts with an empty world of its own. */
export function runExamples(
  file: ExampleFile,
  definition: CompiledDefinition,
): readonly TestResult[] {
  return file.tests.map((test, index) => runTest(file, test, ['tests', index], definition))
}

interface Run {
  readonly world: OfflineWorld
  readonly test: ExampleTest
  readonly path: FilePath
  readonly startMs: number
  readonly failures: Failure[]
}

type Step = { readonly at: number } & (
  | { readonly kind: 'event'; readonly event: OfflineEvent; readonly path: FilePath }
  | { readonly kind: 'expect'; readonly expected: Expectation; readonly path: FilePath }
)

function runTest(
  file: ExampleFile,
  test: ExampleTest,
  path: FilePath,
  definition: CompiledDefinition,
): TestResult {
  const startMs = Date.parse(test.start ?? file.start)
  const world = createOfflineWorld(definition)
  const run: Run = { world, test, path, startMs, failures: [] }
  const steps: readonly Step[] = [
    ...test.events.flatMap((event, index) => eventsOf(file, run, event, index)),
    ...test.expect.map(
      (expected, index): Step => ({
        kind: 'expect',
        at: timeOf(expected.at, startMs),
        expected,
        path: [...path, 'expect', index],
      }),
    ),
    // In order of arrival; what is expected at a time includes what arrives at it.
  ].toSorted((a, b) => a.at - b.at || (a.kind === b.kind ? 0 : a.kind === 'event' ? -1 : 1))
  for (const step of steps)
    if (step.kind === 'event') arrive(run, step)
    else expectAt(run, step.expected, epochMs(step.at), step.path)
  checkTransitions(run, steps.at(-1)?.at ?? startMs)
  return {
    name: test.name,
    path: [...path, 'name'],
    failures: run.failures,
    entered: [
      ...new Set(
        world.transitions.flatMap(({ segment, to }) => (to === 'entered' ? [segment] : [])),
      ),
    ],
  }
}

/** Checked when the file was read. */
const timeOf = (text: string, startMs: number): number => exampleTime(text, startMs) ?? startMs

function eventsOf(
  file: ExampleFile,
  { path: testPath, startMs, test }: Run,
  event: ExampleEvent,
  index: number,
): readonly Step[] {
  const path = [...testPath, 'events', index]
  const every = event.every === undefined ? 0 : (spanMs(event.every) ?? 0)
  const times = event.times ?? 1
  const at = timeOf(event.at, startMs)
  const received = event.received_at === undefined ? at : timeOf(event.received_at, startMs)
  const source = event.source ?? file.source
  return Array.from({ length: times }, (_, number): Step => {
    const serial = times === 1 ? `${index}` : `${index}.${number}`
    return {
      kind: 'event',
      at: received + number * every,
      path,
      event: {
        line: index + 1,
        id: event.id ?? `event-${serial}`,
        channel: event.channel ?? null,
        source: source ?? event.channel ?? 'offline',
        isSourceNamed: source !== undefined,
        type: event.type,
        at: epochMs(at + number * every),
        receivedAt: epochMs(received + number * every),
        identifiers: rawIdentifiers(event.identifiers ?? test.who ?? {}),
        traits: event.traits ?? {},
        consent: event.consent ?? {},
        machine: null,
        properties: event.properties ?? {},
      },
    }
  })
}

const rawIdentifiers = (who: Who): readonly RawIdentifier[] =>
  Object.entries(who).flatMap(([type, values]) =>
    (Array.isArray(values) ? values : [values]).map((value) => ({ type, value })),
  )

function arrive(
  { failures, world }: Run,
  { event, path }: Extract<Step, { readonly kind: 'event' }>,
): void {
  const refused = world.arrive(event)
  if (refused === null) return
  failures.push({
    path,
    message: `the channels would refuse this event: ${refused.reject}: ${refused.detail}`,
    expected: null,
    actual: refused.reject,
    explanation: null,
  })
}

function expectAt(run: Run, expected: Expectation, at: EpochMs, path: FilePath): void {
  const { failures, startMs, test, world } = run
  world.passTime(at)
  const when = `at ${expected.at}`
  if (expected.profiles !== undefined) {
    const actual = membersOf(world).size
    if (actual !== expected.profiles)
      failures.push({
        path: [...path, 'profiles'],
        message: `${when}: profiles`,
        expected: expected.profiles,
        actual,
        explanation: null,
      })
  }
  const { features, next_change, segments, traits } = expected
  if ((features ?? traits ?? segments ?? next_change) === undefined) return
  const profile = findWho(run, expected.who ?? test.who, path)
  if (profile === null) return
  const known = knownProfile(world, profile)
  const { definition } = world
  const reading = readProfile(known.summed, definition, at)
  const compare = (
    what: string,
    wanted: Expectation['features'],
    found: Readonly<Record<string, { readonly value: unknown; readonly stale: boolean }>>,
  ): void => {
    for (const [name, value] of Object.entries(wanted ?? {})) {
      const actual = found[name]?.value ?? null
      if (matches(value, actual, startMs)) continue
      failures.push({
        path: [...path, what, name],
        message: `${when}: ${what === 'traits' ? `traits.${name}` : name}`,
        expected: value,
        actual,
        explanation: null,
      })
    }
  }
  compare('features', features, reading.features)
  compare('traits', traits, reading.traits)
  const explain = (name: string): SegmentExplanation | null => {
    const segment = segmentNamed(definition, name)
    return segment === undefined ? null : explainSegment(segment, { ...known, definition, at })
  }
  if (segments !== undefined)
    for (const { name, place, wanted } of wantedSegments(segments, definition)) {
      const actual = known.memberships.get(name)?.member === true
      if (actual === wanted) continue
      failures.push({
        path: [...path, 'segments', ...place],
        message: `${when}: ${name}`,
        expected: wanted ? 'in' : 'not in',
        actual: actual ? 'in' : 'not in',
        explanation: explain(name),
      })
    }
  const { next } = foresee(known.summed, definition, known.memberships, at)
  for (const [name, wanted] of Object.entries(next_change ?? {})) {
    const actual = next.get(name)?.at ?? null
    const time = wanted === null ? null : timeOf(wanted, startMs)
    const isSame =
      time === null || actual === null ? time === actual : Math.abs(actual - time) < toleranceMs
    if (isSame) continue
    failures.push({
      path: [...path, 'next_change', name],
      message: `${when}: next change of ${name} by time alone`,
      expected: wanted,
      actual: actual === null ? null : spanText(actual - startMs),
      explanation: explain(name),
    })
  }
}

const segmentNamed = (
  { segments }: CompiledDefinition,
  name: string,
): CompiledSegment | undefined => segments.find((each) => each.name === name)

interface Wanted {
  readonly name: string
  readonly wanted: boolean
  readonly place: FilePath
}

/** A list names all segments that the profile is in; a map those that it speaks of. */
function wantedSegments(
  segments: NonNullable<Expectation['segments']>,
  definition: CompiledDefinition,
): readonly Wanted[] {
  if (!Array.isArray(segments))
    return Object.entries(segments).map(([name, wanted]) => ({ name, wanted, place: [name] }))
  const names: readonly string[] = segments
  return definition.segments.map(({ name }) => {
    const index = names.indexOf(name)
    return { name, wanted: index >= 0, place: index >= 0 ? [index] : [] }
  })
}

/** The one profile that has all of these identifiers; null, and a failure, when there is none. */
function findWho({ failures, world }: Run, who: Who | undefined, path: FilePath): ProfileId | null {
  const found = [
    ...new Set(rawIdentifiers(who ?? {}).map(({ type, value }) => world.find(type, value))),
  ]
  const [profile] = found
  if (found.length === 1 && profile !== undefined && profile !== null) return profile
  const text = rawIdentifiers(who ?? {})
    .map(({ type, value }) => `${type}=${value}`)
    .join(' ')
  failures.push({
    path,
    message:
      text === ''
        ? 'nobody is named: neither here nor as who of the test'
        : found.every((each) => each === null)
          ? `nobody has ${text} by then`
          : `${text} are not one profile by then`,
    expected: text,
    actual: found,
    explanation: null,
  })
  return null
}

function explainNow(
  world: OfflineWorld,
  profile: ProfileId,
  name: string | undefined,
): SegmentExplanation | null {
  const { definition, state } = world
  const segment = name === undefined ? undefined : segmentNamed(definition, name)
  return segment === undefined
    ? null
    : explainSegment(segment, {
        ...knownProfile(world, profile),
        definition,
        at: state.meta.clock,
      })
}

function checkTransitions(run: Run, lastMs: number): void {
  const { failures, path, startMs, test, world } = run
  const { transitions, until } = test
  if (transitions === undefined) return
  const ends = [
    lastMs,
    ...transitions.map(({ at }) => timeOf(at, startMs)),
    ...(until === undefined ? [] : [timeOf(until, startMs)]),
  ]
  // A rule's moment is a millisecond after its threshold.
  world.passTime(epochMs(Math.max(...ends) + toleranceMs))
  const here = [...path, 'transitions']
  const profile = findWho(run, test.who, here)
  if (profile === null) return
  const named = new Set(transitions.map(({ segment }) => segment))
  const actual = world.transitions.filter(
    ({ profile_id, segment }) => profile_id === profile && (named.size === 0 || named.has(segment)),
  )
  for (let index = 0; index < Math.max(transitions.length, actual.length); index++) {
    const wanted = transitions[index]
    const came = actual[index]
    const isSame =
      wanted !== undefined &&
      came !== undefined &&
      wanted.segment === came.segment &&
      wanted.to === came.to &&
      (wanted.cause === undefined || wanted.cause === came.cause) &&
      Math.abs(Date.parse(came.at) - timeOf(wanted.at, startMs)) < toleranceMs
    if (isSame) continue
    // The rest follows from the first that differs: one is enough.
    failures.push({
      path: wanted === undefined ? here : [...here, index],
      message: `transition ${index + 1}`,
      expected:
        wanted === undefined
          ? 'none'
          : `${wanted.at} ${wanted.to} ${wanted.segment}${wanted.cause === undefined ? '' : ` (${wanted.cause})`}`,
      actual:
        came === undefined
          ? `none until ${toIso(world.state.meta.clock)}`
          : `${spanText(Date.parse(came.at) - startMs)} ${came.to} ${came.segment} (${came.cause}): ${came.because}`,
      explanation: came === undefined ? explainNow(world, profile, wanted?.segment) : null,
    })
    return
  }
}
