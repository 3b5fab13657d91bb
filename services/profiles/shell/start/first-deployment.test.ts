import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createClickHouse } from '#runtime/clickhouse/index.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { createMemoryKafka } from '#runtime/kafka/memory/client.ts'
import { silentLogger } from '#runtime/telemetry/logger.ts'
import { topology } from '../../topology.ts'
import { deployFirst } from './first-deployment.ts'

test('a pipeline file that is not there, or is none, ends a first start before anything is changed', async () => {
  const client = createMemoryKafka({ now: () => epochMs(0) }).client()
  const admin = await client.admin()
  const names = topology('', 0)
  await admin.createTopics(
    [names.reads.definitions, names.reads.profileLog].map((topic) => ({
      topic,
      partitions: 1,
      replicationFactor: 1,
      config: {},
    })),
  )
  // Nobody is there: whatever asks it fails with another error.
  const clickhouse = createClickHouse({ url: 'http://127.0.0.1:9', database: 'none' })
  const folder = mkdtempSync(join(tmpdir(), 'tributary-first-'))
  const start = async (pipelineFile: string): Promise<void> =>
    deployFirst({
      admin,
      reader: client.reader(),
      producer: await client.producer(),
      clickhouse,
      topology: names,
      generation: { number: 0, partitions: 1, building: false },
      pipelineFile,
      log: silentLogger,
    })
  for (const file of [join(folder, 'pipeline.yaml'), folder]) {
    const refusal = start(file)
    await expect(refusal).rejects.toMatchObject({ code: 'TRB_CONFIG_INVALID', exitCode: 2 })
    await expect(refusal).rejects.toThrow(`TRIBUTARY_PIPELINE names ${file}: E`)
  }
  await clickhouse.close()
  rmSync(folder, { recursive: true })
})
