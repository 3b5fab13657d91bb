import { readFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { checkout } from '../world/demo/directory.ts'
import type { Ground } from './ground.ts'

/** What a run was made on and with. */
export interface Circumstances {
  readonly machine: string
  readonly versions: Readonly<Record<string, string>>
}

export async function circumstancesOf({ installation }: Ground): Promise<Circumstances> {
  const [row] = await installation.clickhouse.query<{ readonly version: string }>(
    'SELECT version() AS version',
  )
  const pom = readFileSync(join(checkout, 'infra/local/pom.xml'), 'utf8')
  const pinned = (name: string): string =>
    new RegExp(`<${name}\\.version>([^<]+)<`).exec(pom)?.[1] ?? 'unknown'
  const processors = cpus()
  return {
    machine: `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, ${type()} ${release()}, shared with others`,
    versions: {
      Node: process.versions.node,
      Kafka: pinned('kafka'),
      'Apicurio Registry': pinned('apicurio'),
      ClickHouse: row?.version ?? 'unknown',
    },
  }
}
