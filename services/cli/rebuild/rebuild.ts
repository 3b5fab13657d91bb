import { definitionVersion, epochMs } from '#runtime/event/ids.ts'
import type { GenerationsRecord } from '#runtime/generation/record.ts'
import { everywhere } from './core/frames.ts'
import { createRerouter } from './core/reroute.ts'
import { createRounds } from './core/rounds.ts'
import { beginEpoch, feedEpoch } from './feed.ts'
import { buildFromRaw } from './new-key/feed-raw.ts'
import type { RebuildPorts } from './ports.ts'
import { createRun, defaultOptions, type RebuildOptions, type Run } from './run.ts'
import { exchangeTables, feedTheRest, looksOfOld, open, pauseChannels } from './switch.ts'
import { until } from './waits.ts'

export { type RebuildOptions } from './run.ts'

/**
 * Goes on with a rebuild from wherever its record says, until the new generation serves and the old one is dropped. It may be ended and
 * run again at any point. At most one runs at a time.
 */
export async function runRebuild(
  ports: RebuildPorts,
  record: GenerationsRecord,
  asked: Partial<RebuildOptions> = {},
): Promise<GenerationsRecord> {
  const options = { ...defaultOptions, ...asked }
  if (record.next === null) return dropPrevious(ports, record, options)
  const begun = { ...record, next: record.next }
  const reroute = createRerouter(await ports.next.identifierTypes(), record.next.partitions)
  const run = createRun(ports, options, reroute, begun)
  for (;;) {
    run.report(null)
    const { phase } = run.next()
    switch (phase) {
      case 'preparing':
        await prepare(run)
        break
      case 'building':
        await (ports.fromRaw === undefined ? build(run) : buildFromRaw(run, ports.fromRaw))
        break
      case 'pausing':
        await pauseChannels(run)
        break
      case 'draining':
        await feedTheRest(run)
        break
      case 'exchanging':
        await exchangeTables(run)
        break
      case 'opening': {
        const opened = await open(run)
        run.report(null, 'done')
        return dropPrevious(ports, opened, options)
      }
      default:
        phase satisfies never
    }
  }
}

async function dropPrevious(
  ports: RebuildPorts,
  record: GenerationsRecord,
  { keepOld }: RebuildOptions,
): Promise<GenerationsRecord> {
  if (record.previous === null || keepOld) return record
  await ports.drop(record.previous)
  const dropped = { ...record, previous: null }
  await ports.save(dropped)
  return dropped
}

/** preparing: topics and tables, and the definition as the first message of every log. */
async function prepare(run: Run): Promise<void> {
  const { next } = run.ports
  await next.prepare()
  const { partitions, definition } = run.next()
  const version = definitionVersion(definition)
  await next.send(
    everywhere(
      partitions,
      { kind: 'definitions' },
      { position: [definition, 0, 0], body: { kind: 'define', version } },
    ),
  )
  await next.sendLinks([{ key: 'define', record: { kind: 'define', version, at: epochMs(0) } }])
  await run.save({ phase: 'building' })
}

/** building: everything that the live generation has, then what came meanwhile, until that is little or gets no less. */
async function build(run: Run): Promise<void> {
  const { old } = run.ports
  if (run.feed().epoch > 0) await feedEpoch(run, false)
  const goesOn = createRounds(run.options.closeEvents)
  let events: number
  do {
    const rows = await appliedRows(run)
    // What the live linker has not decided yet is for the new one to decide, after the switch if need be: in public.
    const { committed } = await old.identity()
    await beginEpoch(run, { rows, links: committed[0] ?? 0 })
    events = await feedEpoch(run, false)
  } while (goesOn(events))
  await run.save({ phase: 'pausing' })
}

/**
 * How far the live generation has applied its log, when it has come to where the log ends now. Partitions whose owner is gone, or stands
 * still for so long, are fed as far as they are: what they apply later comes late, which their profiles' times will show.
 */
async function appliedRows(run: Run): Promise<readonly number[]> {
  const { ports, options } = run
  const { high } = await ports.old.ends()
  const { profiles } = looksOfOld(run)
  let since = ports.now()
  let committed: readonly number[] = []
  await until(run, 'the live profiles to apply their log', async () => {
    const { place, absent } = await profiles()
    if (place.committed.join() !== committed.join()) since = ports.now()
    committed = place.committed
    const isThere = high.every((end, partition) => (committed[partition] ?? 0) >= end)
    return isThere || absent || ports.now() - since > options.drainMs
  })
  return high.map((end, partition) => Math.min(end, committed[partition] ?? 0))
}
