import type { GenerationsRecord, NextPhase } from '#runtime/generation/index.ts'
import { toIso } from '#runtime/time/iso.ts'
import type { RawLeftOver } from './new-key/ports.ts'
import type { RebuildReport } from './ports.ts'

export function statusJson({ live, next, previous }: GenerationsRecord): object {
  return {
    live,
    next:
      next === null
        ? null
        : {
            generation: next.generation,
            partitions: next.partitions,
            key: next.key ?? null,
            definition: next.definition,
            phase: next.phase,
            started_at: toIso(next.startedAt),
            epoch: next.feed?.epoch ?? null,
            slices: next.feed?.slice ?? 0,
            events: next.feed?.events ?? 0,
            links: next.feed?.links ?? 0,
          },
    previous,
  }
}

export function printStatus({ live, next, previous }: GenerationsRecord): string {
  const lines = [
    `generation ${live.generation} serves, with ${partitionsIn(live.partitions)}`,
    next === null
      ? 'nothing is being built'
      : `generation ${next.generation} is being built since ${toIso(next.startedAt)} under definition ${next.definition}${next.key === undefined ? '' : ` and the new key ${next.key}`}: ${meanings[next.phase]}; ${next.feed?.events ?? 0} events and ${next.feed?.links ?? 0} links fed`,
    ...(previous === null
      ? []
      : [
          `generation ${previous.generation} was replaced and is still there: tributary rebuild drop removes it`,
        ]),
  ]
  return `${lines.join('\n')}\n`
}

const partitionsIn = (count: number): string =>
  count === 1 ? '1 partition' : `${count} partitions`

/** What a phase means for whoever watches. */
export const meanings: Readonly<Record<NextPhase, string>> = {
  preparing: 'topics and tables are made',
  building: 'it is fed while the other one serves',
  pausing: 'channels pause, the other one applies what is left',
  draining: 'the other one stands still, the last events are fed',
  exchanging: 'tables change places',
  opening: 'it is told that it serves',
}

/** One line of progress, for whoever watches. */
export const progressLine = ({ phase, epoch, slice, events, links }: RebuildReport): string =>
  phase === 'done'
    ? 'done'
    : `${phase}: ${meanings[phase]}; round ${epoch}, slice ${slice}, ${events} events, ${links} links`

export interface RebuildOutcome {
  readonly generation: number
  readonly replaced: number
  readonly definition: number
  readonly partitions: number
  readonly rounds: number
  readonly slices: number
  readonly events: number
  readonly links: number
  /** Since it was begun, by whichever command. */
  readonly seconds: number
  /** From the pause of the channels until everybody may come back. */
  readonly pausedSeconds: number
  readonly dropped: boolean
  /** Fingerprint of the new key; null: the key stayed. */
  readonly key: string | null
  /** Of a generation under a new key: raw events that are none, by reason. */
  readonly raw: RawLeftOver | null
  readonly notices: readonly string[]
}

export const outcomeJson = (outcome: RebuildOutcome): object => ({
  generation: outcome.generation,
  replaced: outcome.replaced,
  definition: outcome.definition,
  partitions: outcome.partitions,
  rounds: outcome.rounds,
  slices: outcome.slices,
  events: outcome.events,
  links: outcome.links,
  seconds: outcome.seconds,
  paused_seconds: outcome.pausedSeconds,
  dropped: outcome.dropped,
  key: outcome.key,
  raw:
    outcome.raw === null
      ? null
      : {
          dead_letters: Object.fromEntries(outcome.raw.refused),
          dropped: Object.fromEntries(outcome.raw.dropped),
          gone: outcome.raw.gone,
        },
  notices: outcome.notices,
})

export function printOutcome(outcome: RebuildOutcome): string {
  const { generation, replaced, events, links, seconds, pausedSeconds, dropped, notices } = outcome
  const lines = [
    `generation ${generation} serves: ${events} events and ${links} links in ${seconds} s; channels paused for ${pausedSeconds} s`,
    dropped
      ? `generation ${replaced} was dropped`
      : `generation ${replaced} is still there: tributary rebuild drop removes it`,
    ...notices,
  ]
  return `${lines.join('\n')}\n`
}
