import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { withinPartitions } from '#runtime/clickhouse/within-partitions.ts'
import { offset } from '#runtime/event/ids.ts'
import type { Admin } from '#runtime/kafka/ports.ts'
import { toIso } from '#runtime/time/iso.ts'
import type { Carried } from './carry.ts'
import { type LostWord, lostWords } from './core/words.ts'
import type { RawTopic } from './shell/raw-partitions.ts'

/** What a rebuild under a new key would be made of, and what it can't bring back. */
export interface NewKeyPlan {
  readonly key_in_force: string
  /** null: no next key is given here yet. */
  readonly next_key: string | null
  readonly topics: readonly TopicView[]
  readonly events: EventsView
  readonly words: { readonly carried: number; readonly lost: readonly LostWord[] }
  /** Erased identifiers, and those of them that raw records name still. */
  readonly erased: { readonly known: number; readonly met: number }
}

export interface TopicView {
  readonly topic: string
  readonly channel: string
  readonly partitions: number
  /** Records that are still there and were read by the channel. */
  readonly records: number
  /** Broker's time of the oldest record that is left; null: none is. */
  readonly from: string | null
}

export interface EventsView {
  readonly stored: number
  /** Of these, events whose raw record is gone. */
  readonly lost: number
  readonly lost_from: string | null
  readonly lost_until: string | null
  readonly lost_by_source: Readonly<Record<string, number>>
}

export async function topicViews(
  admin: Pick<Admin, 'peek'>,
  topics: readonly RawTopic[],
): Promise<readonly TopicView[]> {
  return Promise.all(
    topics.map(async ({ topic, channel, low, high, committed }) => ({
      topic,
      channel,
      partitions: low.length,
      records: low.reduce(
        (sum, start, partition) => sum + Math.max(0, (committed[partition] ?? 0) - start),
        0,
      ),
      from: await oldest(admin, topic, low, high),
    })),
  )
}

async function oldest(
  admin: Pick<Admin, 'peek'>,
  topic: string,
  low: readonly number[],
  high: readonly number[],
): Promise<string | null> {
  const starts = low.flatMap((start, partition) =>
    start < (high[partition] ?? 0) ? [[partition, offset(start)] as const] : [],
  )
  if (starts.length === 0) return null
  const found = await admin.peek(topic, new Map(starts))
  const times = [...found.values()].flatMap(([first]) =>
    first === undefined ? [] : [first.timestamp],
  )
  return times.length === 0 ? null : toIso(Math.min(...times))
}

interface LostRow {
  readonly source: string
  readonly stored: string
  readonly lost: string
  readonly first: string
  readonly last: string
}

/** Of each origin that is still there: the oldest offset that is. */
const lowOf = (topics: readonly RawTopic[]): ReadonlyMap<string, number> =>
  new Map(
    topics.flatMap(({ topic, incarnation, low }) =>
      low.map((start, partition) => [`raw/${topic}/${incarnation}/${partition}`, start] as const),
    ),
  )

/** Stored events by source, and those whose raw record is not there any more. */
export async function eventsView(
  clickhouse: Pick<ClickHouse, 'query'>,
  topics: readonly RawTopic[],
): Promise<EventsView> {
  const low = lowOf(topics)
  const rows = await clickhouse.query<LostRow>(
    `SELECT source, count() AS stored, countIf(is_lost) AS lost,
       toString(toUnixTimestamp64Milli(minIf(received_at, is_lost))) AS first,
       toString(toUnixTimestamp64Milli(maxIf(received_at, is_lost))) AS last
     FROM (
       SELECT source, received_at,
         origin_offset < transform(origin, {origins:Array(String)}, {starts:Array(Int64)}, toInt64(9223372036854775807)) AS is_lost
       FROM events FINAL
     )
     GROUP BY source ORDER BY source SETTINGS ${withinPartitions}`,
    { origins: [...low.keys()], starts: [...low.values()] },
  )
  const some = rows.filter(({ lost }) => Number(lost) > 0)
  const times = (of: (row: LostRow) => string): number[] => some.map((row) => Number(of(row)))
  return {
    stored: rows.reduce((sum, { stored }) => sum + Number(stored), 0),
    lost: rows.reduce((sum, { lost }) => sum + Number(lost), 0),
    lost_from: some.length === 0 ? null : toIso(Math.min(...times(({ first }) => first))),
    lost_until: some.length === 0 ? null : toIso(Math.max(...times(({ last }) => last))),
    lost_by_source: Object.fromEntries(some.map(({ source, lost }) => [source, Number(lost)])),
  }
}

/** What was said of people, as far as it is carried over. */
export function wordsView({ erased, names, words }: Carried): Pick<NewKeyPlan, 'words' | 'erased'> {
  const lost = lostWords(words, names)
  return {
    words: {
      carried:
        words.filter(({ said }) => said.kind === 'command').length -
        lost.filter(({ partly }) => !partly).length,
      lost,
    },
    erased: { known: erased.size, met: [...erased.keys()].filter((was) => names.has(was)).length },
  }
}

export const lostWordText = ({
  action,
  at,
  by,
  command_id: id,
  named,
  partly,
  unknown,
}: LostWord): string =>
  `${action} of ${toIso(at)} by ${by} (${id}): ${unknown} of its ${named} identifiers are in no raw record any more; ${partly ? 'the rest is carried over' : 'nothing is left of it'}`

export function printNewKeyPlan(plan: NewKeyPlan): string {
  const { erased, events, topics, words } = plan
  const lines = [
    `key in force: ${plan.key_in_force}; next: ${plan.next_key ?? 'none is given here (TRIBUTARY_KEY_NEXT_FILE)'}`,
    ...topics.map(({ topic, records, from }) =>
      from === null
        ? `${topic}: nothing is left`
        : `${topic}: ${records} records, the oldest that is left from ${from}`,
    ),
    events.lost === 0
      ? `all ${events.stored} stored events can be made anew`
      : `${events.lost} of ${events.stored} stored events can't be made anew: their raw records are gone (received ${events.lost_from} to ${events.lost_until}; ${Object.entries(
          events.lost_by_source,
        )
          .map(([source, n]) => `${source} ${n}`)
          .join(', ')})`,
    `${words.carried} of what operators said is carried over`,
    ...words.lost.map((word) => `  ${lostWordText(word)}`),
    `${erased.met} of ${erased.known} erased identifiers are in raw records still, and stay erased under the new key; of the others nothing is left that could come back`,
  ]
  return `${lines.join('\n')}\n`
}
