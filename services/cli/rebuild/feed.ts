import { type EpochMs, epochMs } from '#runtime/event/ids.ts'
import type { ExpiryRecord } from '#runtime/log/expiry.ts'
import type { SuppressionRecord } from '#runtime/log/suppression.ts'
import {
  framesOf,
  messagesOfExpiries,
  messagesOfRows,
  messagesOfSuppressions,
  newestOf,
  tickFrames,
} from './core/frames.ts'
import { createLinkQueue, type LinkQueue, slicesOf } from './core/slices.ts'
import type { FedLink, FedRow } from './generations.ts'
import type { Run } from './run.ts'
import { createLooks, isQuiet, type Looks, until } from './waits.ts'

/** A part of the old generation: all rows and links below these offsets that were not fed yet. */
export interface EpochEnd {
  readonly rows: readonly number[]
  readonly links: number
}

/** Numbers of a generation's partitions. */
export const partitionsOf = ({ partitions }: { readonly partitions: number }): readonly number[] =>
  Array.from({ length: partitions }, (_, partition) => partition)

/** Moves the clock of the whole generation. */
export async function tick(run: Run, logTime: EpochMs): Promise<void> {
  await run.ports.next.send(tickFrames(partitionsOf(run.next()), logTime))
}

const looksOf = (run: Run): Looks => {
  const { next } = run.ports
  return createLooks(run, {
    ends: async () => next.ends(),
    linksEnd: async () => next.linksEnd(),
    profiles: async () => next.profiles(),
    identity: async () => next.identity(),
    nudge: async (partitions) => next.send(tickFrames(partitions, epochMs(0))),
    nudgeLinks: async () => next.nudgeLinks(),
  })
}

/** Until the next generation has applied all that was sent, and all that came of it. */
export async function quiesce(run: Run): Promise<void> {
  const looks = looksOf(run)
  const { generation } = run.next()
  const waitsFor = `profiles and identity of generation ${generation} to apply what was fed (with --no-services they have to run somewhere, with TRIBUTARY_GENERATION=${generation})`
  await until(run, waitsFor, async () => isQuiet(looks, false))
}

/** A number for a step of the feed, saved so that no other step ever has it. */
export async function nextStep(run: Run): Promise<number> {
  const { slice } = run.feed()
  await run.saveFeed({ slice: slice + 1 })
  return slice
}

/** Begins an epoch where the one before ended. */
export async function beginEpoch(run: Run, { rows, links }: EpochEnd): Promise<void> {
  const feed = run.feed()
  await run.saveFeed({
    epoch: feed.epoch + 1,
    rowsFrom: feed.rowsUntil,
    // A position that went back, as that of an owner with an older state does, gives nothing to feed.
    rowsUntil: rows.map((end, partition) => Math.max(end, feed.rowsUntil[partition] ?? 0)),
    linksFrom: feed.linksAfter,
    linksUntil: Math.max(links, feed.linksAfter),
    after: null,
  })
}

/**
 * Feeds what is left of the epoch that the record names; returns how many events that were. Links that were sent after its last event wait
 * for the next one, unless there is none.
 */
export async function feedEpoch(run: Run, last: boolean): Promise<number> {
  const { ports, reroute, options } = run
  const erased = newestOf(await collect<SuppressionRecord>(ports.old.suppressions()))
  await ports.next.send(framesOf(await nextStep(run), messagesOfSuppressions(erased, reroute)))
  const expired = await collect<ExpiryRecord>(ports.old.expiries())
  await ports.next.send(framesOf(await nextStep(run), messagesOfExpiries(expired, reroute)))
  const { rowsFrom, rowsUntil, after, linksAfter, linksUntil } = run.feed()
  await using queue = createLinkQueue(ports.old.links(linksAfter, linksUntil))
  let count = 0
  for await (const rows of slicesOf(ports.old.rows(rowsFrom, rowsUntil, after), options)) {
    const step = await nextStep(run)
    await ports.next.send(
      framesOf(
        step,
        messagesOfRows(rows, (id) => erased.get(id), reroute),
      ),
    )
    await endSlice(run, rows, queue)
    count += rows.length
  }
  if (last) await sendLinks(run, await queue.take(Number.POSITIVE_INFINITY))
  await quiesce(run)
  if (last) await run.saveFeed({ linksAfter: linksUntil })
  return count
}

/** The next slice begins when every partition has applied this one, and what came of it. */
async function endSlice(
  run: Run,
  rows: readonly [FedRow, ...FedRow[]],
  queue: LinkQueue,
): Promise<void> {
  const { key } = rows.at(-1) ?? rows[0]
  const end = epochMs(key.logTime)
  const links = await queue.take(end)
  await sendLinks(run, links)
  await tick(run, end)
  await quiesce(run)
  const { events, links: linksSoFar, linksAfter } = run.feed()
  const lastLink = links.at(-1)
  await run.saveFeed({
    after: key,
    linksAfter: lastLink === undefined ? linksAfter : lastLink.offset + 1,
    events: events + rows.length,
    links: linksSoFar + links.length,
  })
  run.report(end)
}

/** Policies are the next generation's own. */
export async function sendLinks({ ports }: Run, links: readonly FedLink[]): Promise<void> {
  const records = links.flatMap(({ key, record }) =>
    record.kind === 'link' || record.kind === 'command' || record.kind === 'expire'
      ? [{ key, record }]
      : [],
  )
  if (records.length > 0) await ports.next.sendLinks(records)
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
