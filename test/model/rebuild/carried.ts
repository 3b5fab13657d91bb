import { originKey } from '#runtime/log/messages.ts'
import { rawTopic, linksOf, type World } from '../world.ts'
import type { FinishedRebuild } from './drive.ts'

/** Each row of `events` names a raw record that held the event, whichever generation wrote it; and holds it once. */
export function checkPlaces({ world, states }: FinishedRebuild): string[] {
  const wrong: string[] = []
  const held = new Map<string, ReadonlySet<string>>()
  for (const { partition, offset, events } of world.raw)
    held.set(`${partition}/${offset}`, new Set(events.map(({ id }) => id)))
  const places = new Map(
    (world.broker.topic(rawTopic)?.partitions ?? []).map((_, partition) => [
      originKey({ kind: 'raw', topic: rawTopic, incarnation: 0, partition }),
      partition,
    ]),
  )
  const seen = new Set<string>()
  const ended = new Set(
    states.flatMap(({ fragments }) =>
      [...fragments].flatMap(([id, { erasedAt, expiredAt }]) =>
        erasedAt >= 0 || expiredAt >= 0 ? [id as string] : [],
      ),
    ),
  )
  for (const row of world.tables.final('events')) {
    const id = `${row.fragment_id}/${row.event_id}`
    const partition = places.get(row.origin)
    if (held.get(`${partition}/${row.origin_offset}`)?.has(row.event_id) !== true)
      wrong.push(`${id} is said to be in ${row.origin} at ${row.origin_offset}`)
    // What was erased or has expired may come again, and is another row then.
    if (seen.has(id) && !ended.has(row.fragment_id)) wrong.push(`${id} has two rows`)
    seen.add(id)
  }
  return wrong
}

const idsOf = (world: World): readonly string[] =>
  linksOf(world).flatMap(({ record }) =>
    record.kind === 'link' ? [record.linkId] : record.kind === 'command' ? [record.commandId] : [],
  )

/** The new decision log begins as the old one is, each record once or more: the same evidence in the same order gives the same people. */
export function checkLinksKept({ world, old }: FinishedRebuild): string[] {
  const before = new Set(idsOf(old))
  const after = new Set(idsOf(world))
  const begins = [...after].slice(0, before.size)
  return [...before].join() === begins.join()
    ? []
    : [`the old links are ${[...before].join()}; the new ones begin with ${begins.join()}`]
}
