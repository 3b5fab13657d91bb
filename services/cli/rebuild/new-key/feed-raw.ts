import { epochMs } from '#runtime/event/ids.ts'
import type { FeedProgress } from '#runtime/generation/record.ts'
import type { LinksRecord } from '#runtime/log/links.ts'
import { framesOf, messagesOfExpiries, messagesOfSuppressions, newestOf } from '../core/frames.ts'
import { createRounds } from '../core/rounds.ts'
import { nextStep, quiesce, tick } from '../feed.ts'
import type { Run } from '../run.ts'
import { type Carried, underNewNames } from './carry.ts'
import { framesOfRaw } from './core/raw-frames.ts'
import { behind, countBetween, later, rawSlicesOf } from './core/raw-slices.ts'
import { isEnding, translate, type Word } from './core/words.ts'
import type { RawRecord, RawTopics } from './ports.ts'
import type { RawFeed } from './raw-feed.ts'
import { untilApplied } from './until-applied.ts'

/** building: everything that the raw topics have, then what came meanwhile, until that is little or gets no less. */
export async function buildFromRaw(run: Run, feed: RawFeed): Promise<void> {
  if (run.feed().epoch > 0) await feedRawEpoch(run, feed, false)
  const goesOn = createRounds(run.options.closeEvents)
  let events: number
  do {
    await beginRawEpoch(run, feed, false)
    events = await feedRawEpoch(run, feed, false)
  } while (goesOn(events))
  await run.save({ phase: 'pausing' })
}

/** draining: what the channels read before they left; and what the new channels must not let in is put down for them. */
export async function feedTheRestFromRaw(run: Run, feed: RawFeed): Promise<void> {
  await beginRawEpoch(run, feed, true)
  const { erased, expired, names } = await feedRawEpochCarrying(run, feed, true)
  await feed.raw.keepOut(underNewNames(erased, names), underNewNames(expired, names))
}

/** Begins an epoch where the one before ended: as far as the channels have come, and the linker with what operators said. */
async function beginRawEpoch(run: Run, { raw }: RawFeed, last: boolean): Promise<void> {
  const feed = run.feed()
  const { low, committed } = await raw.look()
  // At the last one everybody has left, and nothing was left over.
  const links = last ? await run.ports.old.linksEnd() : await untilApplied(run)
  await run.saveFeed({
    epoch: feed.epoch + 1,
    // A position that went back gives nothing to feed.
    raw: {
      // A topic that is new begins where it begins.
      after: { ...low, ...feed.raw?.after },
      until: later(feed.raw?.until ?? {}, committed),
      linksFirst: feed.raw?.linksFirst ?? links,
    },
    linksFrom: feed.linksAfter,
    linksUntil: Math.max(links, feed.linksAfter),
  })
}

async function feedRawEpoch(run: Run, feed: RawFeed, last: boolean): Promise<number> {
  const before = run.feed().events
  await feedRawEpochCarrying(run, feed, last)
  return run.feed().events - before
}

/** Feeds what is left of the epoch that the record names. */
async function feedRawEpochCarrying(
  run: Run,
  { raw, carrying }: RawFeed,
  last: boolean,
): Promise<Carried> {
  const { ports, reroute, options } = run
  const { linksUntil } = run.feed()
  const range = rangeOf(run)
  const { after, until } = range
  const carried = await carrying.upTo(until, linksUntil)
  const { erased, expired, names } = carried
  // Before any event of the lives that came after.
  await ports.next.send(
    framesOf(await nextStep(run), [
      ...messagesOfSuppressions(newestOf(underNewNames(erased, names)), reroute),
      ...messagesOfExpiries(underNewNames(expired, names), reroute),
    ]),
  )
  const words = createWords(run, carried)
  const { low } = await raw.look()
  // What retention has taken since the last slice is gone.
  const from = later(after, low)
  raw.lost(countBetween(after, until) - countBetween(from, until))
  const records = raw.read({
    from,
    until,
    feeds: true,
    erasedAt: (was) => erased.get(was)?.erasedAt,
    met: () => undefined,
  })
  for await (const slice of rawSlicesOf(records, options, words.since)) {
    const [{ logTime: start }] = slice
    await words.say(start - 1)
    await feedSlice(run, raw, slice)
  }
  if (last) await words.say(Number.POSITIVE_INFINITY)
  await quiesce(run)
  await run.saveFeed({ raw: { ...range, after: until } })
  return carried
}

const rangeOf = (run: Run): NonNullable<FeedProgress['raw']> =>
  run.feed().raw ?? { after: {}, until: {}, linksFirst: 0 }

/** The next slice begins when every partition has applied this one, and what came of it. */
async function feedSlice(
  run: Run,
  raw: RawTopics,
  slice: readonly [RawRecord, ...RawRecord[]],
): Promise<void> {
  const end = epochMs(Math.max(...slice.map(({ logTime }) => logTime)))
  await raw.stored()
  await run.ports.next.send(framesOfRaw(slice))
  await tick(run, end)
  await quiesce(run)
  const { events, slice: number } = run.feed()
  const range = rangeOf(run)
  const count = slice.reduce((sum, record) => sum + record.events.length, 0)
  await run.saveFeed({
    raw: { ...range, after: behind(range.after, slice) },
    slice: number + 1,
    events: events + count,
  })
  run.report(end)
}

interface Words {
  /** When the first one was said that was said at a time or later; infinity: there is none. */
  readonly since: (time: number) => number
  /** Says what was said by a time, in its order, when all before it has come to rest; and lets that come to rest. */
  say(by: number): Promise<void>
}

/** Operators' words that were not said again yet. */
function createWords(run: Run, { words, names }: Carried): Words {
  const { linksAfter } = run.feed()
  const { linksFirst } = rangeOf(run)
  // What ended before anything was fed never comes in. To say it again could only take people along whom the new linker has joined and the
  // old one had not.
  const isOver = ({ offset, said }: Word): boolean => isEnding(said) && offset < linksFirst
  const waiting = words.filter((word) => word.offset >= linksAfter && !isOver(word))
  return {
    since: (time) => waiting.find(({ after }) => after >= time)?.after ?? Number.POSITIVE_INFINITY,
    async say(by) {
      const due: Word[] = []
      for (let word = waiting[0]; word !== undefined && word.after <= by; word = waiting[0]) {
        due.push(word)
        waiting.shift()
      }
      const lastWord = due.at(-1)
      if (lastWord === undefined) return
      const records = due.flatMap(({ key, said }) => {
        const record: LinksRecord | null = translate(said, names)
        return record === null ? [] : [{ key, record }]
      })
      await quiesce(run)
      if (records.length > 0) await run.ports.next.sendLinks(records)
      await quiesce(run)
      const { links } = run.feed()
      await run.saveFeed({ linksAfter: lastWord.offset + 1, links: links + records.length })
    },
  }
}
