import type {
  CompiledDefinition,
  CompiledFeature,
  CompiledSegment,
} from '#runtime/definition/compiled.ts'
import { type EpochMs, epochMs } from '#runtime/event/ids.ts'
import { createGate } from '../../../profiles/core/consent/gate.ts'
import { applyEvent } from '../../../profiles/core/content/apply-event.ts'
import { emptyContent } from '../../../profiles/core/content/content.ts'
import { readKnown } from '../../../profiles/core/features/read-known.ts'
import { affectedSegments } from '../../../profiles/core/fold/affected-segments.ts'
import { evaluateSegments } from '../../../profiles/core/segments/evaluate-segments.ts'
import { nextTimer } from '../../../profiles/core/segments/next-timer.ts'
import { createProfileView } from '../../../profiles/core/segments/profile-reader.ts'
import type { Membership } from '../../../profiles/core/state.ts'
import { type Contents, foldStored, sumStored } from '../../verify/recompute.ts'
import { routedEvent, type StoredEvent } from '../../verify/stored-event.ts'

type Memberships = ReadonlyMap<string, Membership>

/** Names of segments. */
export interface Moves {
  readonly entries: readonly string[]
  readonly exits: readonly string[]
}

/** What would become of one person. */
export interface Outcome {
  /** By a deploy: what is stored, read by the new rules. */
  readonly deploy: Moves
  /** By a rebuild: everything folded again under the new file, from its first event on. */
  readonly rebuild: Moves
  /** Features, of those asked for, that would have a value after a rebuild. */
  readonly valued: readonly string[]
}

export interface TrialRules {
  readonly next: CompiledDefinition
  /** Segments for which the way counts, not only the end: with an exit, a minimum stay or a group. Whole groups. */
  readonly remembering: readonly CompiledSegment[]
  /** New and changed features. */
  readonly asked: readonly CompiledFeature[]
  /** Definitions that stored events were folded under. */
  readonly definitionOf: (version: string) => CompiledDefinition
}

export const rememberingIn = ({ segments }: CompiledDefinition): readonly CompiledSegment[] =>
  segments.filter(
    ({ exit, group, minStayMs }) => exit !== null || group !== null || minStayMs !== null,
  )

/** One person going through her stored events, with the functions that the services run. Nothing is kept but what they would keep. */
export interface Trial {
  /** The next event in the order of the log. `at`: the log's time when it was applied. */
  event(event: StoredEvent, at: EpochMs): void
  end(stored: Memberships, now: EpochMs): Outcome
}

export function createTrial({ asked, definitionOf, next, remembering }: TrialRules): Trial {
  /** As the homes hold it: each event under the rules of its time. */
  const held: Contents = new Map()
  /** As a rebuild would make it. */
  const anew: Contents = new Map()
  const remembers = new Set(remembering)
  let segments: Memberships = new Map()
  let timer: EpochMs | null = null

  const decide = (
    at: EpochMs,
    cause: 'event' | 'timer',
    only: readonly CompiledSegment[],
  ): void => {
    const { summed } = sumStored(anew, next)
    const view = createProfileView(summed, next, at)
    const result = evaluateSegments({
      previous: segments,
      view,
      definition: next,
      at,
      cause,
      fresh: false,
      only,
    })
    segments = result.segments
    const due = nextTimer(result.nextChangeAt, summed, next, at)
    timer = only.length === remembering.length || timer === null ? due : earliest(timer, due)
  }
  const passTime = (until: EpochMs): void => {
    for (let due = timer; due !== null && due <= until; due = timer)
      decide(due, 'timer', remembering)
  }

  return {
    event(event, at) {
      if (remembering.length > 0) passTime(at)
      foldStored(held, event, definitionOf)
      const content = anew.get(event.fragment_id) ?? emptyContent()
      anew.set(event.fragment_id, content)
      const changed = applyEvent(content, routedEvent(event), next)
      if (remembering.length === 0) return
      const affected = affectedSegments(next, changed, false).filter((one) => remembers.has(one))
      if (affected.length > 0) decide(at, 'event', affected)
    },
    end(stored, now) {
      if (remembering.length > 0) passTime(now)
      return {
        deploy: movesByDeploy(held, stored, next, now),
        rebuild: movesByRebuild(anew, segments, stored, next, now),
        valued: valuedIn(anew, asked, next),
      }
    },
  }
}

const earliest = (timer: EpochMs, due: EpochMs | null): EpochMs =>
  due === null ? timer : epochMs(Math.min(timer, due))

/** What the cursor of a new definition does of a profile that nothing else touches. */
function movesByDeploy(
  held: Contents,
  stored: Memberships,
  next: CompiledDefinition,
  now: EpochMs,
): Moves {
  const { summed } = sumStored(held, next)
  const { transitions } = evaluateSegments({
    previous: stored,
    view: createProfileView(summed, next, now),
    definition: next,
    at: now,
    cause: 'define',
    fresh: false,
  })
  return {
    entries: transitions.filter(({ to }) => to === 'entered').map(({ segment }) => segment),
    exits: transitions.filter(({ to }) => to === 'exited').map(({ segment }) => segment),
  }
}

function movesByRebuild(
  anew: Contents,
  way: Memberships,
  stored: Memberships,
  next: CompiledDefinition,
  now: EpochMs,
): Moves {
  const { summed } = sumStored(anew, next)
  const { segments } = evaluateSegments({
    previous: way,
    view: createProfileView(summed, next, now),
    definition: next,
    at: now,
    cause: 'timer',
    fresh: false,
  })
  const was = (name: string): boolean => stored.get(name)?.member === true
  const is = (name: string): boolean => segments.get(name)?.member === true
  const names = [...new Set([...stored.keys(), ...segments.keys()])]
  return {
    entries: names.filter((name) => is(name) && !was(name)),
    exits: names.filter((name) => was(name) && !is(name)),
  }
}

function valuedIn(
  anew: Contents,
  asked: readonly CompiledFeature[],
  next: CompiledDefinition,
): readonly string[] {
  const { summed } = sumStored(anew, next)
  const gate = createGate(summed.consent)
  return asked.flatMap((feature) => {
    const known = readKnown(feature, summed, gate)
    return known.kind === 'known' && known.value.kind !== 'none' ? [feature.name] : []
  })
}
