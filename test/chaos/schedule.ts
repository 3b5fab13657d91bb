import type { ServiceName } from '../world/demo/services.ts'
import { createRandom, type Random } from '../world/random.ts'
import { type FaultKind, faultFacts } from './kinds.ts'

export interface PlannedFault {
  /** Milliseconds after the load began. Later when an outage before it took longer. */
  readonly atMs: number
  readonly kind: FaultKind
  readonly holdMs: number
  readonly target: ServiceName | null
  /** For the choices that a fault makes itself. */
  readonly seed: number
}

export interface ScheduleOptions {
  readonly seed: number
  readonly seconds: number
  readonly kinds: readonly FaultKind[]
}

export interface Schedule {
  /** Load and no faults before. */
  readonly warmUpMs: number
  /** In the order of their times. Outages never overlap; what is sudden may fall into one, unless the outage holds its target. */
  readonly faults: readonly PlannedFault[]
}

const gapMs = 500
/** What a round takes on two busy cores, starts and takeovers included; longer runs have more rounds, each with every kind. */
const roundMs = 100_000

/** The same seed, length and kinds give the same faults at the same times. */
export function planFaults({ seed, seconds, kinds }: ScheduleOptions): Schedule {
  const random = createRandom(seed, 0x63_68_61)
  const totalMs = seconds * 1000
  const warmUpMs = Math.max(5000, Math.min(60_000, totalMs / 8))
  const rounds = Math.max(1, Math.floor((totalMs - warmUpMs) / roundMs))
  const lengthMs = Math.max(0, totalMs - warmUpMs) / rounds
  const faults: PlannedFault[] = []
  let from = warmUpMs
  for (let round = 0; round < rounds; round++) {
    const planned = planRound(random, kinds, from, lengthMs)
    faults.push(...planned)
    from = Math.max(from + lengthMs, ...planned.map(({ atMs, holdMs }) => atMs + holdMs + gapMs))
  }
  return { warmUpMs, faults: faults.toSorted((a, b) => a.atMs - b.atMs) }
}

function planRound(
  random: Random,
  kinds: readonly FaultKind[],
  fromMs: number,
  lengthMs: number,
): readonly PlannedFault[] {
  const ofClass = (wanted: 'outage' | 'sudden'): FaultKind[] =>
    shuffled(
      random,
      kinds.filter((kind) => faultFacts[kind].class === wanted),
    )
  const outages = ofClass('outage')
  const holdsMs = outages.reduce((sum, kind) => sum + faultFacts[kind].holdMs, 0)
  // What is over after the outages themselves becomes the pauses between them.
  const pauseMs = Math.max(gapMs, (lengthMs - holdsMs) / Math.max(1, outages.length))
  let at = fromMs
  const planned = outages.map((kind): PlannedFault => {
    const atMs = Math.round(at + random.next() * (pauseMs - gapMs))
    const { holdMs, targets, candidates } = faultFacts[kind]
    at = Math.max(at + holdMs + pauseMs, atMs + holdMs + gapMs)
    return {
      atMs,
      kind,
      holdMs,
      seed: random.int(2 ** 31),
      target: one(random, targets, candidates),
    }
  })
  const endMs = Math.max(fromMs + lengthMs, at)
  for (const kind of ofClass('sudden')) {
    const { targets, candidates } = faultFacts[kind]
    for (const target of targets === 'each' ? candidates : [null])
      planned.push(placeSudden(random, kind, target, { fromMs, endMs, outages: planned }))
  }
  return planned
}

const one = (
  random: Random,
  targets: 'each' | 'one' | null,
  candidates: readonly ServiceName[],
): ServiceName | null =>
  targets === 'one' ? (candidates[random.int(candidates.length)] ?? null) : null

interface Room {
  readonly fromMs: number
  readonly endMs: number
  readonly outages: readonly PlannedFault[]
}

const attemptsMax = 200

/** Any moment, but none at which an outage holds the target. */
function placeSudden(
  random: Random,
  kind: FaultKind,
  target: ServiceName | null,
  { fromMs, endMs, outages }: Room,
): PlannedFault {
  const { holdMs } = faultFacts[kind]
  const seed = random.int(2 ** 31)
  let atMs = fromMs
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    atMs = Math.round(fromMs + random.next() * Math.max(0, endMs - fromMs - holdMs))
    if (!isHeld(target, atMs, outages)) return { atMs, kind, holdMs, target, seed }
  }
  // Where outages leave no room: after them all.
  return { atMs: endMs, kind, holdMs, target, seed }
}

/** Whether an outage that is planned for this moment has its hands on the service. */
export function isHeld(
  service: ServiceName | null,
  atMs: number,
  outages: readonly PlannedFault[],
): boolean {
  return outages.some(
    (outage) =>
      service !== null &&
      heldBy(outage).includes(service) &&
      atMs >= outage.atMs - gapMs &&
      atMs <= outage.atMs + outage.holdMs + gapMs,
  )
}

/** Services that nothing sudden may hit while this goes on. */
export const heldBy = ({ kind, target }: PlannedFault): readonly ServiceName[] => [
  ...faultFacts[kind].holds,
  ...(target === null ? [] : [target]),
]

function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const keyed = items.map((item) => ({ item, key: random.next() }))
  return keyed.toSorted((a, b) => a.key - b.key).map(({ item }) => item)
}
