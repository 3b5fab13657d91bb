import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { createClickHouse } from '#runtime/clickhouse/index.ts'
import { checkout } from '../../world/demo/directory.ts'
import type { Ground } from './ground.ts'

/** What everything was measured on. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memory_gib: number
  readonly system: string
  /** Processes that wanted a core, on average of the last minute, before anything was started. */
  readonly load: number
  /** Of Node, the broker, ClickHouse and Java. */
  readonly versions: Readonly<Record<string, string>>
}

export const loadBefore = (): number => Number((loadavg()[0] ?? 0).toFixed(2))

export async function readMachine({ addresses }: Ground, load: number): Promise<Machine> {
  const clickhouse = createClickHouse({ url: addresses.clickhouseUrl, database: 'default' })
  const [row] = await clickhouse.query<{ readonly version: string }>('SELECT version() AS version')
  await clickhouse.close()
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memory_gib: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    load,
    versions: {
      node: process.versions.node,
      kafka: kafkaVersion(),
      clickhouse: row?.version ?? 'unknown',
      java: javaVersion(),
    },
  }
}

/** Of the local stack's broker. */
function kafkaVersion(): string {
  const pom = readFileSync(join(checkout, 'infra/local/pom.xml'), 'utf8')
  return /<kafka\.version>(.*?)<\/kafka\.version>/.exec(pom)?.[1] ?? 'unknown'
}

/** The first line that `java -version` prints, or that there is none. */
function javaVersion(): string {
  try {
    const text = execFileSync('java', ['--version'], { encoding: 'utf8' })
    return text.split('\n')[0]?.trim() ?? 'unknown'
  } catch {
    return 'none'
  }
}
