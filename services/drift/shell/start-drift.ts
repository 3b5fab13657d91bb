import {
  awaitTables,
  type Boot,
  connectClickHouse,
  kafkaOf,
  patiently,
  registryOf,
  requireTopics,
} from '#runtime/boot/index.ts'
import type { ConfigOf } from '#runtime/config/index.ts'
import { asError, TributaryError } from '#runtime/errors/index.ts'
import { registerAll } from '#runtime/registry/index.ts'
import type { driftVariables } from '../config.ts'
import { type DriftDeps, runDue } from '../pipeline.ts'
import { topicsUsed, topology } from '../topology.ts'
import { createDefinitionInForce } from './definition-in-force.ts'
import { keepRunning } from './keep-running.ts'
import { createDriftMetrics } from './metrics.ts'

export type DriftBoot = Boot<ConfigOf<typeof driftVariables>>

/** Wires the monitor and lets it run until the process ends. */
export async function startDrift(boot: DriftBoot): Promise<void> {
  const { config, lifecycle } = boot
  const deps = await connect(boot)
  const over = new AbortController()
  const { retryMs } = config
  await lifecycle.use(
    'schedule',
    async () => {
      const running = keepRunning(async () => runDue(deps), { ...boot, retryMs, over: over.signal })
      lifecycle.watch(
        'schedule',
        running.then(() => undefined, asError),
      )
      // Wrapped, or whoever waits for the start would wait for the end.
      return Promise.resolve({ running })
    },
    async ({ running }) => {
      over.abort()
      await running
    },
  )
}

async function connect(boot: DriftBoot): Promise<DriftDeps> {
  const { clock, config, lifecycle, log, metrics } = boot
  const kafka = await lifecycle.use(
    'kafka',
    async () => Promise.resolve(kafkaOf(config, 'drift', boot)),
    async (client) => client.close(),
  )
  await patiently(boot, 'topics', async () => {
    const admin = await kafka.admin()
    try {
      const { prefix, partitions } = config
      const options = { prefix, generation: 0, profileLogPartitions: partitions }
      await requireTopics(admin, topicsUsed, options, log)
    } finally {
      await admin.close()
    }
  })
  const names = topology(config.prefix)
  const schemas = await patiently(boot, 'registry', async () =>
    registerAll(registryOf(config), { prefix: config.prefix, withSources: false }),
  )
  const schemaId = schemas.get('drift.alerts')
  if (schemaId === undefined) throw new TributaryError('TRB_INTERNAL', 'drift.alerts has no schema')
  const clickhouse = await connectClickHouse(boot)
  await awaitTables(boot, clickhouse)
  const producer = await lifecycle.use(
    'producer',
    async () => patiently(boot, 'kafka producer', async () => kafka.producer()),
    async (part) => part.close(),
  )
  return {
    clickhouse,
    producer,
    alerts: { topic: names.writes.alerts, schemaId },
    definition: createDefinitionInForce(kafka, names.reads),
    metrics: createDriftMetrics(metrics),
    now: () => clock.now(),
    delayMs: config.delayMs,
    catchUpMax: config.catchUpMax,
    onRun: (asOf, alerts) => log.info({ asOf, alerts }, 'ran a window'),
  }
}
