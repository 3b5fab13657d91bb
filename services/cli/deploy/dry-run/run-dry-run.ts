import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { definitionChanges } from '#runtime/definition/deploy/changes.ts'
import type { Deployment } from '#runtime/definition/deploy/deploy.ts'
import { epochMs } from '#runtime/event/ids.ts'
import type { PartitionReader } from '#runtime/kafka/ports.ts'
import { toJsonLine } from '../../shell/json.ts'
import { progressBar } from '../../shell/progress-bar.ts'
import type { Terminal } from '../../shell/terminal.ts'
import { definitionsOf } from '../../verify/definitions.ts'
import { deploymentJson, forbiddenLines, verdict } from '../describe-deployment.ts'
import { countPeople } from './count-people.ts'
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
  if (plan.definition === null) return
  const changes = definitionChanges(plan.before, plan.definition)
  const people = version === null || plan.unchanged ? null : await look()

  async function look(): Promise<PeopleView | null> {
    if (plan.definition === null) return null
    using progress = progressBar(terminal, 'profiles')
    const counts = await countPeople(
      ports.clickhouse,
      {
        next: plan.definition,
        changes,
        definitions: definitionsOf(ports.reader, ports.definitions),
        sample: asked.sample,
        now: epochMs(terminal.now().getTime()),
      },
      asked.json ? { at: () => undefined } : progress,
    )
    return peopleView(changes, counts, plan.definition.definition.privacy.min_group)
  }

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
