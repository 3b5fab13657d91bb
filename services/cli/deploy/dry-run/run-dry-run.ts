import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { definitionChanges } from '#runtime/definition/deploy/changes.ts'
import type { Deployment } from '#runtime/definition/deploy/deploy.ts'
import { minGroupOf } from '#runtime/definition/min-group.ts'
import { epochMs } from '#runtime/event/ids.ts'
import type { PartitionReader } from '#runtime/kafka/ports.ts'
import { toJsonLine } from '../../shell/json.ts'
import { progressBar } from '../../shell/progress-bar.ts'
import type { Terminal } from '../../shell/terminal.ts'
import { definitionsOf } from '../../verify/definitions.ts'
import { deploymentJson, forbiddenLines, verdict } from '../describe-deployment.ts'
import { type CountOptions, countPeople } from './count-people.ts'
import { changesJson, peopleView, type PeopleView } from './dry-run-view.ts'
import { nextSteps, printChanges, printPeople } from './print-dry-run.ts'

export interface DryRunAsked {
  readonly file: string
  readonly sample: number
  readonly notify: boolean
  readonly json: boolean
}

export interface DryRunPorts {
  readonly clickhouse: ClickHouse
  readonly reader: PartitionReader
  /** `pipeline.definitions` with its prefix. */
  readonly definitions: string
}

/** Says what a file without mistakes would do, and to how many people. Changes nothing. */
export async function printDryRun(
  terminal: Terminal,
  ports: DryRunPorts,
  deployment: Deployment,
  asked: DryRunAsked,
): Promise<void> {
  const { plan, version } = deployment
  const { before, definition: next } = plan
  if (next === null) return
  const changes = definitionChanges(before, next)
  const people =
    before === null || plan.unchanged
      ? null
      : await look(terminal, ports, { next, changes, least: minGroupOf(before, next) }, asked)
  if (asked.json) {
    const json = deploymentJson(deployment, { file: asked.file, dryRun: true })
    terminal.stdout.write(
      toJsonLine({ ...json, notify: asked.notify, changes: changesJson(changes), people }),
    )
    return
  }
  const lines = [
    ...(plan.unchanged ? [] : printChanges(changes)),
    ...forbiddenLines(plan.forbidden),
    ...(people === null ? [] : printPeople(people)),
    ...(plan.unchanged ? [] : nextSteps(asked.file, asked.notify)),
    verdict(plan.unchanged, version, asked.file, true),
  ]
  terminal.stdout.write(`${lines.join('\n')}\n`)
}

async function look(
  terminal: Terminal,
  { clickhouse, definitions, reader }: DryRunPorts,
  { changes, least, next }: Pick<CountOptions, 'changes' | 'next'> & { readonly least: number },
  { json, sample }: DryRunAsked,
): Promise<PeopleView> {
  using progress = progressBar(terminal, 'profiles')
  const counts = await countPeople(
    clickhouse,
    {
      next,
      changes,
      definitions: definitionsOf(reader, definitions),
      sample,
      now: epochMs(terminal.now().getTime()),
    },
    json ? { at: () => undefined } : progress,
  )
  return peopleView(changes, counts, least)
}
