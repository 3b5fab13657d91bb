import { prefixed } from '#schemas/topics.ts'
import { readKafkaConfig } from '../shell/configuration.ts'
import { openClickHouse, openKafka } from '../shell/connections.ts'
import { toJsonLine } from '../shell/json.ts'
import { servingGeneration } from '../shell/serving-generation.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'
import { logNames } from './names.ts'
import { parseWhat, type What } from './parse-what.ts'
import { printTrace } from './print-trace.ts'
import { createLogReader } from './read-log.ts'
import { isEmpty, trace } from './trace.ts'

export interface TraceArguments {
  readonly what: string
  readonly json: boolean
}

/** `tributary trace`. Exit 1: nothing is known of it. */
export async function runTrace(
  terminal: Terminal,
  { what: asked, json }: TraceArguments,
): Promise<ExitStatus> {
  const what = parseWhat(asked)
  const config = readKafkaConfig(terminal)
  const clickhouse = openClickHouse(terminal)
  const kafka = openKafka(terminal)
  try {
    const admin = await kafka.admin()
    try {
      const { generation } = await servingGeneration(kafka, admin, config)
      const view = await trace(asked, withPrefix(what, config.prefix), {
        clickhouse,
        log: createLogReader(admin, () => kafka.reader()),
        names: logNames(config.prefix),
        generation,
      })
      terminal.stdout.write(json ? toJsonLine(view) : printTrace(view))
      return isEmpty(view) ? 1 : 0
    } finally {
      await admin.close()
    }
  } finally {
    await kafka.close()
    await clickhouse.close()
  }
}

/** Names of topics may be given as the pipeline file has them. */
const withPrefix = (what: What, prefix: string): What =>
  what.kind !== 'spot' || prefix === '' || what.topic.startsWith(prefixed(prefix, ''))
    ? what
    : { ...what, topic: prefixed(prefix, what.topic) }
