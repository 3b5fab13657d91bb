import type { GenerationsRecord, NextPhase } from './record.ts'

/** A channel writes to the log of whoever serves; an owner (profiles, identity) folds the log of one generation. */
export type GenerationRole = 'channel' | 'owner'

/** The generation that a process works for. */
export interface OwnGeneration {
  readonly number: number
  /** Partitions of its `profile.log`. */
  readonly partitions: number
  /** It is being built beside the one that serves: its tables are in a database of their own. */
  readonly building: boolean
}

export type Place =
  | { readonly kind: 'run'; readonly generation: OwnGeneration }
  | { readonly kind: 'wait'; readonly why: string }
  | { readonly kind: 'refuse'; readonly why: string }

const channelsAreAway: ReadonlySet<NextPhase> = new Set([
  'pausing',
  'draining',
  'exchanging',
  'opening',
])
const oldOwnersAreAway: ReadonlySet<NextPhase> = new Set(['draining', 'exchanging', 'opening'])
const newOwnersAreAway: ReadonlySet<NextPhase> = new Set(['preparing', 'exchanging', 'opening'])

/**
 * What a process has to do as things are. Everybody leaves in turn while the generations change places, and comes back by itself.
 * @param pinned the generation that the process was started for; null: whichever serves.
 */
export function placeOf(
  { live, next }: GenerationsRecord,
  role: GenerationRole,
  pinned: number | null,
): Place {
  if (pinned !== null && pinned !== live.generation) {
    if (next?.generation === pinned) {
      const { generation: number, partitions, phase } = next
      return newOwnersAreAway.has(phase)
        ? { kind: 'wait', why: `generation ${number} is ${phase}` }
        : { kind: 'run', generation: { number, partitions, building: true } }
    }
    if (pinned < live.generation)
      return { kind: 'refuse', why: `generation ${pinned} was replaced by ${live.generation}` }
    return { kind: 'wait', why: `generation ${pinned} is not being built` }
  }
  const away = role === 'channel' ? channelsAreAway : oldOwnersAreAway
  if (next !== null && away.has(next.phase))
    return { kind: 'wait', why: `generation ${next.generation} takes over (${next.phase})` }
  const { generation: number, partitions } = live
  return { kind: 'run', generation: { number, partitions, building: false } }
}

/** Where the rows of a generation go: into tables of their own until they change places with those that are read. */
export const databaseOf = (
  database: string,
  { number, building }: Pick<OwnGeneration, 'number' | 'building'>,
): string => (building ? shadowDatabase(database, number) : database)

export const shadowDatabase = (database: string, generation: number): string =>
  `${database}_generation_${generation}`
