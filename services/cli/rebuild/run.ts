import { epochMs } from '#runtime/event/ids.ts'
import type { GenerationsRecord, NextGeneration, FeedProgress } from '#runtime/generation/record.ts'
import type { SliceBounds } from './core/slices.ts'
import type { Rerouter } from './core/reroute.ts'
import type { RebuildPorts, RebuildReport } from './ports.ts'

export interface RebuildOptions extends SliceBounds {
  /** The live generation is fed after until an epoch has fewer events than this; then the channels pause for the last one. */
  readonly closeEvents: number
  /** How long the live generation may take to apply what is in its log. */
  readonly drainMs: number
  /**
   * What it did not apply by then: true, the switch is put off, which never loses a public change; false, the new generation applies it
   * after the switch, as when a state is lost.
   */
  readonly drained: boolean
  /** Looks at a partition whose position does not move, before it gets a Tick. */
  readonly nudgeAfter: number
  /** Looks at which a group must have been empty before its members count as gone. */
  readonly goneLooks: number
  /** The replaced generation stays until somebody drops it. */
  readonly keepOld: boolean
}

export const defaultOptions: RebuildOptions = {
  sliceMs: 3_600_000,
  sliceEvents: 5000,
  closeEvents: 5000,
  drainMs: 120_000,
  drained: true,
  nudgeAfter: 20,
  goneLooks: 3,
  keepOld: false,
}

/** A rebuild under way: its record, which is saved before what it says is done. */
export interface Run {
  readonly ports: RebuildPorts
  readonly options: RebuildOptions
  readonly reroute: Rerouter
  readonly record: () => GenerationsRecord
  readonly next: () => NextGeneration
  readonly feed: () => FeedProgress
  save(change: Partial<NextGeneration>): Promise<void>
  saveFeed(change: Partial<FeedProgress>): Promise<void>
  report(logTime: RebuildReport['logTime'], phase?: RebuildReport['phase']): void
}

export function createRun(
  ports: RebuildPorts,
  options: RebuildOptions,
  reroute: Rerouter,
  begun: GenerationsRecord & { readonly next: NextGeneration },
): Run {
  let record = begun
  const run: Run = {
    ports,
    options,
    reroute,
    record: () => record,
    next: () => record.next,
    feed: () => record.next.feed ?? nothingFed(record.live.partitions),
    async save(change) {
      record = { ...record, next: { ...record.next, ...change } }
      await ports.save(record)
    },
    saveFeed: async (change) => run.save({ feed: { ...run.feed(), ...change } }),
    report(logTime, phase = record.next.phase) {
      const { epoch, slice, events, links } = run.feed()
      const at = record.next.pausedAt
      const pausedAt = at === undefined ? null : epochMs(at)
      ports.report({ phase, epoch, slice, events, links, pausedAt, logTime })
    },
  }
  return run
}

const nothingFed = (partitions: number): FeedProgress => ({
  epoch: 0,
  rowsFrom: Array<number>(partitions).fill(0),
  rowsUntil: Array<number>(partitions).fill(0),
  linksFrom: 0,
  linksUntil: 0,
  slice: 0,
  after: null,
  linksAfter: 0,
  events: 0,
  links: 0,
})
