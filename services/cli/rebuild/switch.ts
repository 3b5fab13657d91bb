import { TributaryError } from '#runtime/errors/index.ts'
import { epochMs } from '#runtime/event/ids.ts'
import type { GenerationsRecord } from '#runtime/generation/record.ts'
import type { Message, Origin } from '#runtime/log/messages.ts'
import { partitionOfProfile } from '#runtime/pseudonym/pseudonym.ts'
import { everywhere, type FedMessage, framesOf } from './core/frames.ts'
import { mergeTails, messagesOfTail } from './core/tail.ts'
import {
  beginEpoch,
  collect,
  feedEpoch,
  nextStep,
  partitionsOf,
  quiesce,
  sendLinks,
  tick,
} from './feed.ts'
import { feedTheRestFromRaw } from './new-key/feed-raw.ts'
import type { Run } from './run.ts'
import { createLooks, isQuiet, type Looks, untilGone } from './waits.ts'

const origin: Origin = { kind: 'events' }

/** Looks at the generation that serves. */
export const looksOfOld = (run: Run): Looks => createLooks(run, run.ports.old)

/** pausing: the channels leave, and the old generation applies all that is in its log. */
export async function pauseChannels(run: Run): Promise<void> {
  const { ports, options } = run
  const { old } = ports
  if (run.next().pausedAt === undefined) await run.save({ pausedAt: ports.now() })
  await untilGone(run, 'the channels', [
    async () => ({ committed: [], members: await old.channelMembers() }),
  ])
  // Every old partition says what is due before it leaves: no clock of an old partition may lie behind the events of the others.
  await old.nudge(partitionsOf(run.record().live))
  if ((await drain(run)) || !options.drained) return run.save({ phase: 'draining' })
  await run.save({ phase: 'building', pausedAt: undefined })
  throw new TributaryError(
    'TRB_DEPENDENCY_UNAVAILABLE',
    `the live generation did not apply its log within ${options.drainMs} ms: the channels go on, the switch is put off`,
    {
      hint: 'Look at /health of profiles and identity, then resume. A state that is lost for good: switch with --undrained.',
    },
  )
}

/** False: it took too long. */
async function drain(run: Run): Promise<boolean> {
  const { ports, options } = run
  const since = ports.now()
  const looks = looksOfOld(run)
  while (!(await isQuiet(looks, true))) {
    if (ports.now() - since > options.drainMs) return false
    await ports.pause('the live profiles and identity to apply their logs')
  }
  return true
}

/** draining: the old owners leave, so that no timer of theirs fires any more, and what they left is fed. */
export async function feedTheRest(run: Run): Promise<void> {
  const { old, fromRaw } = run.ports
  await untilGone(run, 'the live profiles and identity', [
    async () => old.profiles(),
    async () => old.identity(),
  ])
  const { committed: rows } = await old.profiles()
  await (fromRaw === undefined ? feedLastEpoch(run, rows) : feedTheRestFromRaw(run, fromRaw))
  const times = await old.lastTimes(rows)
  // A timer that is due in between is rather said twice than never.
  if (times.length > 0) await tick(run, epochMs(Math.min(...times)))
  await quiesce(run)
  await run.save({ phase: 'exchanging', tables: await run.ports.tables.look() })
}

async function feedLastEpoch(run: Run, rows: readonly number[]): Promise<void> {
  const { committed: links } = await run.ports.old.identity()
  const { rowsUntil, linksUntil } = run.feed()
  const isBegun =
    rows.every((end, partition) => end <= (rowsUntil[partition] ?? 0)) &&
    (links[0] ?? 0) <= linksUntil
  if (!isBegun) await beginEpoch(run, { rows, links: links[0] ?? 0 })
  await feedEpoch(run, true)
}

/** exchanging: the new owners leave, and the tables change places. */
export async function exchangeTables(run: Run): Promise<void> {
  const { next, tables } = run.ports
  const before = run.next().tables
  if (before === null) throw new TributaryError('TRB_INTERNAL', 'the record names no tables')
  await untilGone(run, 'profiles and identity of the new generation', [
    async () => next.profiles(),
    async () => next.identity(),
  ])
  // Else they would come up again beside whoever serves from here on, in the same directories, and one of the two would end.
  await run.ports.dismiss?.()
  await tables.exchange(before)
  await run.save({ phase: 'opening' })
}

/** opening: the new generation is told that it serves, and gets what the old one never came to. Nobody else is there. */
export async function open(run: Run): Promise<GenerationsRecord> {
  const { ports } = run
  const { partitions, generation } = run.next()
  if (run.next().held === undefined) {
    const step = await nextStep(run)
    await ports.next.send(
      everywhere(partitions, origin, { position: [step, 0, 0], body: { kind: 'live' } }),
    )
    await ports.next.sendLinks([{ key: 'live', record: { kind: 'live', at: ports.now() } }])
    await run.save({ held: await nextStep(run) })
  }
  if (ports.fromRaw === undefined) {
    await sendHeld(run, run.next().held ?? 0)
    await sendTail(run)
  } else await ports.fromRaw.raw.recordKey()
  const { live } = run.record()
  const record: GenerationsRecord = {
    live: { generation, partitions },
    next: null,
    previous: live,
    last: run.record().last,
  }
  await ports.save(record)
  return record
}

/**
 * Who was a member before, and is not now, or the other way round. A repetition says the same under the same positions: what was applied
 * is passed over.
 */
async function sendHeld({ ports, next, options }: Run, step: number): Promise<void> {
  const { partitions } = next()
  let frames = new Map<number, Message[]>()
  let index = 0
  const send = async (): Promise<void> => {
    await ports.next.send(
      [...frames].map(([partition, messages]) => ({
        partition,
        // At the beginning of time: it moves no clock.
        frame: { origin, logTime: epochMs(0), messages },
      })),
    )
    frames = new Map()
  }
  for await (const { profile, segments } of ports.tables.held()) {
    const partition = partitionOfProfile(profile, partitions)
    const messages = frames.get(partition) ?? []
    frames.set(partition, messages)
    messages.push({ position: [step, index, 0], body: { kind: 'held', profile, segments } })
    index += 1
    if (index % options.sliceEvents === 0) await send()
  }
  await send()
}

async function sendTail(run: Run): Promise<void> {
  const { ports, options, reroute } = run
  const { old, next } = ports
  const { high } = await old.ends()
  const { committed } = await old.profiles()
  let messages: FedMessage[] = []
  const send = async (): Promise<void> => {
    if (messages.length === 0) return
    await next.send(framesOf(await nextStep(run), messages))
    messages = []
  }
  const tails = high.map((end, partition) => old.tail(partition, committed[partition] ?? 0, end))
  for await (const frame of mergeTails(tails)) {
    messages.push(...messagesOfTail(frame, reroute))
    if (messages.length >= options.sliceEvents) await send()
  }
  await send()
  await sendLinks(run, await collect(old.links(run.feed().linksAfter, await old.linksEnd())))
}
