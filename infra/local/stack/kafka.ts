import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StackError } from './errors.ts'
import type { ComponentPaths } from './paths.ts'
import type { KafkaWay } from './state.ts'
import type { Launch } from './supervise.ts'

export interface KafkaOptions {
  readonly jars: string
  readonly paths: ComponentPaths
  readonly port: number
  readonly controllerPort: number
  readonly way: KafkaWay | null
  readonly environment: Readonly<Record<string, string>>
}

/** Any 16 bytes in URL-safe base64 do; clients only compare it. */
const clusterId = 'dHJpYnV0YXJ5LWxvY2FsMQ'

/** Writes the broker's configuration, formats its storage if new, and says how to start it. */
export async function prepareKafka(options: KafkaOptions): Promise<Launch> {
  const { paths } = options
  mkdirSync(paths.data, { recursive: true })
  const configuration = join(paths.data, 'server.properties')
  const logs = join(paths.data, 'log')
  writeFileSync(configuration, properties(options, logs))
  if (!existsSync(join(logs, 'meta.properties'))) await format(options, configuration)
  return {
    name: 'Kafka',
    command: 'java',
    args: [...jvmFlags(options), '-Xms256m', '-Xmx512m', 'kafka.Kafka', configuration],
    environment: options.environment,
    workingDirectory: paths.data,
    logFile: paths.logFile,
    pidFile: paths.pidFile,
  }
}

function jvmFlags(options: KafkaOptions): string[] {
  return [
    '-cp',
    join(options.jars, '*'),
    // Two cores are common: G1's threads and those of the optimising compiler would take them from the services. A broker that lives
    // for minutes never earns back what that compiler costs (12.1 s of CPU in a demo of 100,000 events with it, 4.1 to 6.4 s without).
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-XX:+ExitOnOutOfMemoryError',
    '-Djava.awt.headless=true',
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
    '-Dorg.slf4j.simpleLogger.showDateTime=true',
    '-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS',
  ]
}

function format(options: KafkaOptions, configuration: string): Promise<void> {
  const args = [
    ...jvmFlags(options),
    'kafka.tools.StorageTool',
    'format',
    '--ignore-formatted',
    '--cluster-id',
    clusterId,
    '--config',
    configuration,
  ]
  return new Promise((resolve, reject) => {
    let output = ''
    const child = spawn('java', args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const collect = (chunk: Buffer): void => {
      output += chunk.toString('utf8')
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.once('error', reject)
    child.once('close', (status) => {
      if (status === 0) resolve()
      else reject(new StackError('start_failed', 'Kafka could not format its storage', output))
    })
  })
}

function properties(options: KafkaOptions, logs: string): string {
  const { way } = options
  const listenWay = way === null ? '' : `,WAY://127.0.0.1:${way.port}`
  const advertiseWay = way === null ? '' : `,WAY://127.0.0.1:${way.advertised}`
  const lines: Record<string, string | number> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${options.controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${options.port},CONTROLLER://127.0.0.1:${options.controllerPort}${listenWay}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${options.port}${advertiseWay}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,WAY:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': logs.replace(/\\/g, '/'),
    // Topics are declared, never made by a typing mistake; each sets its own retention.
    'auto.create.topics.enable': 'false',
    'log.retention.ms': -1,
    'num.partitions': 1,
    'default.replication.factor': 1,
    'min.insync.replicas': 1,
    'log.message.timestamp.type': 'CreateTime',
    // A record of 1 MiB of payload and its envelope.
    'message.max.bytes': 1_048_588,
    // One node: the internal topics can have one replica only, and few partitions open faster.
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    // The first member of a group need not wait for others that will not come.
    'group.initial.rebalance.delay.ms': 0,
    // A broker that was killed may register again only when its old session has run out (9 s).
    'broker.session.timeout.ms': 4_000,
    'broker.heartbeat.interval.ms': 500,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'log.cleaner.threads': 1,
    'log.cleaner.dedupe.buffer.size': 16_777_216,
  }
  return Object.entries(lines)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}
