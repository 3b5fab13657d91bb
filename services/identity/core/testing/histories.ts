import fc from 'fast-check'
import { epochMs } from '#runtime/event/ids.ts'
import type { CommandRecord, LinkRecord, LinksRecord } from '#runtime/log/links.ts'
import { command, link } from './log.ts'

/** Identifiers of a small world, so that histories collide. */
const names = ['c:1', 'c:2', 'u:A', 'u:B', 'u:C', 'e:1', 'e:2', 'e:3', 'p:1', 'd:1', 'd:2', 'd:3']

export const anyName: fc.Arbitrary<string> = fc.constantFrom(...names)

const anyLink: fc.Arbitrary<LinkRecord> = fc
  .record({
    set: fc.uniqueArray(anyName, { minLength: 1, maxLength: 4 }),
    eventType: fc.constantFrom<LinkRecord['eventType']>(
      'page_viewed',
      'page_viewed',
      'contact_merged',
      'aliased',
    ),
    junk: fc.option(fc.constantFrom('!e:1', '!d:9'), { freq: 8, nil: undefined }),
  })
  .map(({ set, eventType, junk }) =>
    link([...set, ...(junk === undefined ? [] : [junk])].join(' '), {
      eventType: eventType,
    }),
  )

const anyPlainLink: fc.Arbitrary<LinkRecord> = anyLink.map((record) => ({
  ...record,
  eventType: 'page_viewed',
}))

const commandOf = (
  actions: readonly CommandRecord['action'][],
  max: number,
): fc.Arbitrary<CommandRecord> =>
  fc
    .tuple(fc.constantFrom(...actions), fc.uniqueArray(anyName, { minLength: 1, maxLength: max }))
    .map(([action, set]) => command(action, set.join(' ')))

/** Links, merges, splits, unsplits and erasures. */
export const anyHistory: fc.Arbitrary<readonly LinksRecord[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: anyLink },
    { weight: 2, arbitrary: commandOf(['merge', 'split', 'unsplit', 'erase'], 3) },
  ),
  { maxLength: 30 },
)

/** As above, without a word of operators but splits of one identifier, and without authority. */
export const plainHistory: fc.Arbitrary<readonly LinksRecord[]> = fc.array(
  fc.oneof(
    { weight: 9, arbitrary: anyPlainLink },
    { weight: 1, arbitrary: commandOf(['split'], 1) },
  ),
  { maxLength: 30 },
)

/** Every action of operators among links of all kinds, a second a record, and some records that come again. */
export const fullHistory: fc.Arbitrary<readonly LinksRecord[]> = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: anyLink },
      { weight: 3, arbitrary: commandOf(['merge', 'split', 'unsplit', 'reconsider', 'erase'], 3) },
    ),
    { maxLength: 30 },
  )
  .map((history) => history.map(secondsLater))
  .chain((history) =>
    fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 3 }).map((again) => {
      const log = [...history]
      for (const [which, where] of again) {
        const record = log[which % log.length]
        if (record !== undefined) log.splice(where % (log.length + 1), 0, record)
      }
      return log
    }),
  )

function secondsLater(record: LinksRecord, place: number): LinksRecord {
  const at = epochMs((place + 1) * 1000)
  if (record.kind === 'command') return { ...record, at }
  if (record.kind !== 'link') return record
  return { ...record, logTime: at, occurredAt: at, receivedAt: at }
}
