import {
  asReported,
  assessStage,
  type SeenStage,
  slowestStage,
  type StageRow,
} from './assess-stages.ts'
import { checkClickHouse } from './check-clickhouse.ts'
import { checkClocks } from './check-clock.ts'
import { checkDeadLetters } from './check-dead-letters.ts'
import { checkDefinition, checkPipelineFile } from './check-definition.ts'
import { checkGeneration } from './check-generation.ts'
import { checkHost } from './check-host.ts'
import { checkKafka } from './check-kafka.ts'
import { checkRegistry } from './check-registry.ts'
import { checkGroups, checkLag, checkReports, checkRetention } from './check-stages.ts'
import { checkSourceTopics, checkTopics } from './check-topics.ts'
import type { ClockFact, Facts, ReportedStage } from './facts.ts'
import type { Finding } from './finding.ts'

export interface Diagnosis {
  readonly findings: readonly Finding[]
  readonly stages: readonly StageRow[]
  /** What the services say of it themselves; empty where ClickHouse could not be asked. */
  readonly reported: readonly ReportedStage[]
  /** null: nothing waits longer than events need anyway. */
  readonly slowest: SeenStage | null
}

/** Every check on what was read. */
export function diagnose(facts: Facts): Diagnosis {
  const { clickhouse, database, host, kafka, now, pipelineFile, registry } = facts
  const { definition, members, stages } = kafka
  const membersOf = (group: string): number | null =>
    members.read ? (members.value.get(group) ?? 0) : null
  const reported = clickhouse.reported.read ? clickhouse.reported.value : []
  const rows = stages.map((stage) => assessStage(stage, membersOf(stage.group), now))
  return {
    findings: [
      ...checkHost(host),
      checkKafka(kafka),
      ...checkTopics(kafka.topics),
      ...checkSourceTopics(kafka.sourceTopics),
      checkRegistry(registry),
      ...checkClickHouse(clickhouse, database, definition),
      ...checkDefinition(kafka),
      checkGeneration(kafka.generation),
      ...checkPipelineFile(pipelineFile, definition),
      ...checkLag(rows, stages, members),
      ...checkGroups(rows, members),
      checkReports(rows, clickhouse.reported),
      ...checkRetention(stages, now),
      checkDeadLetters(clickhouse.lastHour),
      ...checkClocks(clocksOf(facts)),
    ],
    stages: rows,
    reported,
    slowest: slowestStage(asReported(rows, reported)),
  }
}

function clocksOf({ clickhouse, kafka, registry }: Facts): readonly ClockFact[] {
  const clocks = [
    kafka.clock.read ? kafka.clock.value : null,
    registry.read ? registry.value.clock : null,
    clickhouse.server.read ? clickhouse.server.value.clock : null,
  ]
  return clocks.filter((clock) => clock !== null)
}

/** 1: a problem. 3: none of the three can be reached at all. */
export function exitOf(facts: Facts, { findings }: Diagnosis): 0 | 1 | 3 {
  const reached = [facts.kafka.cluster, facts.registry, facts.clickhouse.server].some(
    (fact) => fact.read || fact.kind === 'refused',
  )
  if (!reached) return 3
  return findings.some(({ severity }) => severity === 'problem') ? 1 : 0
}
