import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { StackError } from './errors.ts'
import type { ComponentPaths } from './paths.ts'
import type { Launch } from './supervise.ts'

export interface RegistryOptions {
  readonly unpacked: string
  readonly paths: ComponentPaths
  readonly port: number
  readonly brokers: string
  readonly environment: Readonly<Record<string, string>>
}

/** Apicurio with its storage in Kafka: in memory alone, a restart would give schemas other ids. */
export function prepareRegistry(options: RegistryOptions): Launch {
  const jar = readdirSync(options.unpacked).find((name) => name.endsWith('-runner.jar'))
  if (jar === undefined) {
    throw new StackError('start_failed', `No registry in ${options.unpacked}: delete it and retry`)
  }
  const { paths } = options
  mkdirSync(paths.data, { recursive: true })
  return {
    name: 'Schema registry',
    command: 'java',
    args: [
      '-Xmx256m',
      '-XX:+UseSerialGC',
      // It serves a few requests: the first compiler alone starts faster and is enough.
      '-XX:TieredStopAtLevel=1',
      '-XX:+ExitOnOutOfMemoryError',
      '-Djava.awt.headless=true',
      '-Dquarkus.http.host=127.0.0.1',
      `-Dquarkus.http.port=${options.port}`,
      '-Dquarkus.log.level=WARN',
      '-Dapicurio.storage.kind=kafkasql',
      `-Dapicurio.kafkasql.bootstrap.servers=${options.brokers}`,
      // It waits this long, 5 s by default, for a snapshot that a young registry does not have.
      '-Dapicurio.kafkasql.consumer.poll.timeout=200',
      '-jar',
      join(options.unpacked, jar),
    ],
    environment: options.environment,
    workingDirectory: paths.data,
    logFile: paths.logFile,
    pidFile: paths.pidFile,
  }
}

export function registryUrl(port: number): string {
  return `http://127.0.0.1:${port}/apis/ccompat/v7`
}
