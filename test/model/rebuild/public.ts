import { identityDecisionCodec, segmentTransitionCodec } from '#runtime/log/public-records.ts'
import { decodeFrame } from '#runtime/log/frame.ts'
import { isTributaryError } from '#runtime/errors/index.ts'
import { partitionOfProfile } from '#runtime/pseudonym/pseudonym.ts'
import type { ProfileId } from '#runtime/event/ids.ts'
import { linksOf, type World } from '../world.ts'
import type { FinishedRebuild } from './drive.ts'
import { frameOffset } from './ports.ts'

const generationOf = (version: string): number => Number(BigInt(version) >> 56n)

/** A transition's or a membership's place in time. */
type Place = readonly [version: bigint, seq: number]

interface Said {
  readonly to: string
  readonly place: Place
}

/** Where the new generation was told that it serves, by partition. */
function liveFrom({ broker, profiles, partitions }: World): readonly number[] {
  return Array.from({ length: partitions }, (_, partition) => {
    const record = broker
      .records(profiles.reads.profileLog, partition)
      .find(({ value }) => isLive(value))
    return record?.offset ?? Number.POSITIVE_INFINITY
  })
}

function isLive(value: Uint8Array | null): boolean {
  try {
    return decodeFrame(value ?? new Uint8Array()).messages.some(({ body }) => body.kind === 'live')
  } catch (error) {
    if (isTributaryError(error, 'TRB_FRAME_INVALID')) return false
    throw error
  }
}

/** What homes say to owners while the generation is built carries the feeder's time: it must all be heard before the switch. */
function isOfThePast({ broker, profiles }: World, partition: number, at: number): boolean {
  const value = broker.records(profiles.reads.profileLog, partition)[at]?.value
  if (value === null || value === undefined) return false
  const { origin, logTime } = decodeFrame(value)
  return logTime !== null && origin?.kind === 'log'
}

/** What the public hears: nothing of a generation that is built, everything of one that serves, and no change gets lost in between. */
export function checkPublic(finished: FinishedRebuild): string[] {
  const { world } = finished
  const from = liveFrom(world)
  const isSaid = (profile: ProfileId, version: string): boolean =>
    frameOffset(version) >= (from[partitionOfProfile(profile, world.partitions)] ?? 0)
  const published = world.broker
    .records(world.profiles.writes.segments, 0)
    .flatMap(({ value }) => (value === null ? [] : [segmentTransitionCodec.decode(value)]))
  const said = new Set(
    published.map(
      ({ profileId, segment, version, seq }) => `${profileId}/${segment}/${version}/${seq}`,
    ),
  )
  const wrong: string[] = []
  for (const { profileId, segment, version } of published) {
    if (generationOf(version) !== world.generation) continue
    const partition = partitionOfProfile(profileId, world.partitions)
    if (!isSaid(profileId, version) || isOfThePast(world, partition, frameOffset(version)))
      wrong.push(`${profileId}/${segment} was said of what happened before the switch`)
  }
  for (const row of world.tables.final('segment_transitions')) {
    const { profile_id: profile, segment, version, seq, cause } = row
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the row was made from a profile id
    if (!isSaid(profile as ProfileId, version) || cause === 'import' || cause === 'define') continue
    if (!said.has(`${profile}/${segment}/${version}/${seq}`))
      wrong.push(`${profile}/${segment}: ${row.to} at ${row.at} was not said`)
  }
  return [...wrong, ...checkDecisions(world), ...checkLast(finished, published)]
}

/** Decisions are public from the record on that says so. */
function checkDecisions(world: World): string[] {
  const live = linksOf(world).find(({ record }) => record.kind === 'live')?.offset ?? 0
  const early = world.broker
    .records(world.identity.writes.decisions, 0)
    .flatMap(({ value }) => (value === null ? [] : [identityDecisionCodec.decode(value)]))
    .filter(
      ({ version }) => generationOf(version) === world.generation && frameOffset(version) < live,
    )
  return early.map(({ decisionId }) => `${decisionId} was said while the generation was built`)
}

/**
 * Whoever keeps the highest (version, seq) of each key knows who is a member, where nothing else than events and time ever decided that:
 * no other definition was ever in force, and the old generation had said all that it could. What it had not is said by the new one, but for
 * what one of its partitions had told another that never heard.
 */
function checkLast(
  { world, old, scenario, clocksRight }: FinishedRebuild,
  published: readonly ReturnType<typeof segmentTransitionCodec.decode>[],
): string[] {
  if (old.deployed > 1 || scenario.definition > 1 || !clocksRight || !isDrained(old)) return []
  const last = new Map<string, Said>()
  for (const { profileId, segment, to, version, seq } of published) {
    const key = `${profileId}/${segment}`
    const place = [BigInt(version), seq] as const
    const known = last.get(key)
    if (known === undefined || isAfter(place, known.place)) last.set(key, { to, place })
  }
  const wrong: string[] = []
  for (const row of world.tables.final('segment_memberships')) {
    // Where a rule has an exit, who is a member depends on the way that led there, and merges took another one.
    if (row.segment === 'sticky') continue
    const to = last.get(`${row.profile_id}/${row.segment}`)?.to ?? 'exited'
    if ((row.member === 1) !== (to === 'entered'))
      wrong.push(`${row.profile_id}/${row.segment}: member ${row.member}, the public heard ${to}`)
  }
  return wrong
}

/** Everything in the logs of a generation was applied. */
function isDrained({ broker, groupIds, profiles, identity, partitions }: World): boolean {
  const isRead = (group: string, topic: string, partition: number): boolean =>
    (broker.committed(group, { topic, partition })?.offset ?? 0) >=
    broker.range({ topic, partition }).high
  return (
    isRead(groupIds.identity, identity.reads.links, 0) &&
    Array.from({ length: partitions }, (_, partition) => partition).every((partition) =>
      isRead(groupIds.profiles, profiles.reads.profileLog, partition),
    )
  )
}

const isAfter = ([version, seq]: Place, [otherVersion, otherSeq]: Place): boolean =>
  version > otherVersion || (version === otherVersion && seq > otherSeq)
