import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { placeText } from '#runtime/channel/core/replay.ts'
import { recordKey } from './letter.ts'
import type { PlannedReplay } from './plan-replay.ts'
import { readLettersOf } from './read-letters.ts'

/** Letters that failed again, of those that were sent just now. */
export interface FailedAgain {
  readonly letters: number
  readonly by_reason: Readonly<Record<string, number>>
  /** Some of them, as `topic/partition/offset/index`. */
  readonly examples: readonly string[]
}

const recordsPerQuery = 100
const examplesMax = 5

/** Letters that came back from records that were sent just now, their number of the try tells which. */
export async function failedAgain(
  clickhouse: ClickHouse,
  sent: readonly PlannedReplay[],
): Promise<FailedAgain> {
  const attempts = new Map(sent.map(({ key, replay }) => [key, replay.attempt]))
  const byReason: Record<string, number> = {}
  const examples: string[] = []
  let letters = 0
  for (let from = 0; from < sent.length; from += recordsPerQuery) {
    const step = sent.slice(from, from + recordsPerQuery).map(({ place }) => place)
    for (const letter of await readLettersOf(clickhouse, step)) {
      if (letter.attempt !== attempts.get(recordKey(letter))) continue
      letters += 1
      byReason[letter.reason] = (byReason[letter.reason] ?? 0) + 1
      if (examples.length < examplesMax)
        examples.push(
          letter.index === null ? placeText(letter) : `${placeText(letter)}/${letter.index}`,
        )
    }
  }
  return { letters, by_reason: byReason, examples }
}
