import { setTimeout as sleep } from 'node:timers/promises'
import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { definitionAt } from '#runtime/definition/deploy/definition-log.ts'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { definitionVersion } from '#runtime/event/ids.ts'
import type { PartitionReader } from '#runtime/kafka/ports.ts'
import { topicName } from '#schemas/topics.ts'
import { readKafkaConfig } from '../shell/configuration.ts'
import { openClickHouse, openKafka } from '../shell/connections.ts'
import { toJsonLine } from '../shell/json.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'
import { readPeople, sampleProfiles } from './read-people.ts'
import { isFine, sumResults, type VerifyResult, verifyPerson } from './verify.ts'

export interface VerifyArguments {
  /** null: a sample. */
  readonly profile: string | null
  readonly sample: number
  readonly json: boolean
}

/** Their ids travel in the URL, and a proxy may allow no more than 16 KiB of it. */
const profilesAtOnce = 200
/** A profile that differs may be in the middle of a flush: it is looked at again before it counts. */
const looks = 4
const pauseMs = 500

/** Exit 1 when anything is missing, double or different. */
export async function runVerify(terminal: Terminal, asked: VerifyArguments): Promise<ExitStatus> {
  const { prefix } = readKafkaConfig(terminal)
  const clickhouse = openClickHouse(terminal)
  const kafka = openKafka(terminal)
  try {
    const ids =
      asked.profile === null ? await sampleProfiles(clickhouse, asked.sample) : [asked.profile]
    const definitions = definitionsOf(kafka.reader(), topicName(prefix, 'pipeline.definitions'))
    const results: VerifyResult[] = []
    for (let from = 0; from < ids.length; from += profilesAtOnce) {
      results.push(
        await verifyBatch(clickhouse, ids.slice(from, from + profilesAtOnce), definitions),
      )
    }
    const result = sumResults(results)
    terminal.stdout.write(asked.json ? toJsonLine(result) : describe(result))
    if (result.checked === 0 && asked.profile !== null) {
      throw new TributaryError('TRB_NOT_FOUND', `there is no profile ${asked.profile}`)
    }
    return isFine(result) ? 0 : 1
  } finally {
    await kafka.close()
    await clickhouse.close()
  }
}

interface Definitions {
  readonly load: (version: string) => Promise<CompiledDefinition>
  /** One that was loaded before. */
  readonly loaded: (version: string) => CompiledDefinition
}

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

/** Definitions by version, read from the log once. */
function definitionsOf(reader: PartitionReader, topic: string): Definitions {
  const known = new Map<string, CompiledDefinition>()
  return {
    async load(version) {
      const held = known.get(version)
      if (held !== undefined) return held
      const number = definitionVersion(Number(version))
      const stored = await definitionAt(reader, topic, number)
      if (stored === null) {
        throw new TributaryError(
          'TRB_NOT_FOUND',
          `${topic} has no definition ${version}, by which rows were made`,
        )
      }
      const compiled = loadDefinition(stored.content, number)
      known.set(version, compiled)
      return compiled
    },
    loaded(version) {
      const held = known.get(version)
      if (held !== undefined) return held
      throw new TributaryError('TRB_INTERNAL', `definition ${version} was not loaded`)
    },
  }
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
