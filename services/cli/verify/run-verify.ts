import { setTimeout as sleep } from 'node:timers/promises'
import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { topicName } from '#schemas/topics.ts'
import { parseId } from '../profile/parse-who.ts'
import { resolveAlias } from '../profile/read-profile.ts'
import { readKafkaConfig } from '../shell/configuration.ts'
import { openClickHouse, openKafka } from '../shell/connections.ts'
import { toJsonLine } from '../shell/json.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'
import { type Definitions, definitionsOf } from './definitions.ts'
import { readPeople, sampleProfiles } from './read-people.ts'
import { isFine, sumResults, type VerifyResult, verifyPerson } from './verify.ts'

export interface VerifyArguments {
  /** An id of any time; null: a sample. */
  readonly profile: string | null
  readonly sample: number
  readonly json: boolean
}

/** Their ids travel in the URL, and a proxy may allow no more than 16 KiB of it. */
const profilesAtOnce = 200
/** A profile that differs may be in the middle of a flush: it is looked at again before it counts. */
const looks = 4
const pauseMs = 500

/** Exit 1 when anything is missing, double or different, and when there is nothing to compare: a check that looks nowhere is no good news. */
export async function runVerify(terminal: Terminal, asked: VerifyArguments): Promise<ExitStatus> {
  const profile =
    asked.profile === null
      ? null
      : parseId(
          asked.profile,
          '--profile',
          'Give the id of a profile: tributary profile show email=… says it.',
        )
  const { prefix } = readKafkaConfig(terminal)
  const clickhouse = openClickHouse(terminal)
  const kafka = openKafka(terminal)
  try {
    const ids =
      profile === null
        ? await sampleProfiles(clickhouse, asked.sample)
        : [await resolveAlias(clickhouse, profile, null)]
    const definitions = definitionsOf(kafka.reader(), topicName(prefix, 'pipeline.definitions'))
    const results: VerifyResult[] = []
    for (let from = 0; from < ids.length; from += profilesAtOnce) {
      results.push(
        await verifyBatch(clickhouse, ids.slice(from, from + profilesAtOnce), definitions),
      )
    }
    const result = sumResults(results)
    if (result.checked === 0 && profile !== null)
      throw new TributaryError('TRB_NOT_FOUND', `there is no profile ${profile}`)
    const warning = result.checked === 0 ? nothingStored(clickhouse.database) : null
    if (warning !== null) terminal.stderr.write(`${warning}\n`)
    terminal.stdout.write(
      asked.json
        ? toJsonLine({ ...result, ...(warning === null ? {} : { warning }) })
        : describe(result),
    )
    return warning === null && isFine(result) ? 0 : 1
  } finally {
    await kafka.close()
    await clickhouse.close()
  }
}

const nothingStored = (database: string): string =>
  `no profile is stored in ${database}, so nothing was compared: are CLICKHOUSE_URL, CLICKHOUSE_DATABASE and TRIBUTARY_PREFIX those of the services?`

async function verifyBatch(
  clickhouse: ClickHouse,
  ids: readonly string[],
  definitions: Definitions,
): Promise<VerifyResult> {
  const settled: VerifyResult[] = []
  let open = ids
  for (let look = 1; open.length > 0; look += 1) {
    const people = await readPeople(clickhouse, open, definitions.load)
    const versions = new Set(
      people.flatMap(({ events }) => events.map((event) => event.definition)),
    )
    for (const version of versions) await definitions.load(version)
    const again: string[] = []
    for (const person of people) {
      const result = verifyPerson(person, definitions.loaded)
      if (isFine(result) || look === looks) settled.push(result)
      else again.push(person.profile)
    }
    if (again.length > 0) await sleep(pauseMs)
    open = again
  }
  return sumResults(settled)
}

function describe({ checked, double, mismatches, missing }: VerifyResult): string {
  const shown = mismatches
    .slice(0, 20)
    .map(
      ({ feature, profile_id, recomputed, stored }) =>
        `  ${profile_id} ${feature}: stored ${JSON.stringify(stored)}, recomputed ${JSON.stringify(recomputed)}`,
    )
  const rest =
    mismatches.length > shown.length ? [`  and ${mismatches.length - shown.length} more`] : []
  return `${[
    `${checked} profiles recomputed from their events: ${missing} events missing, ${double} double, ${mismatches.length} features different`,
    ...shown,
    ...rest,
  ].join('\n')}\n`
}
