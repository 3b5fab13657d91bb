import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { StackError } from './errors.ts'
import { type Component, checkoutRoot, components } from './paths.ts'
import type { Runner } from './runner.ts'
import type { StackState } from './state.ts'

/** The three backing services of docker-compose.yml, as a project of this stack directory's own. */
export function createDockerRunner(
  dir: string,
  state: StackState,
  environment: Readonly<Record<string, string>>,
): Runner {
  const name = `tributary-${createHash('sha256').update(dir).digest('hex').slice(0, 8)}`
  const project = ['--file', join(checkoutRoot, 'docker-compose.yml'), '--project-name', name]
  const env = {
    ...environment,
    TRIBUTARY_KAFKA_PORT: String(state.ports.kafka),
    TRIBUTARY_REGISTRY_PORT: String(state.ports.registry),
    TRIBUTARY_CLICKHOUSE_PORT: String(state.ports.clickhouse),
  }
  const compose = async (...args: string[]): Promise<void> => {
    const status = await run(['compose', ...project, ...args], env)
    if (status === 0) return
    const command = `docker compose ${args.join(' ')}`
    throw new StackError('start_failed', `${command} failed (exit ${status ?? 'by signal'})`)
  }
  const ask = (...args: string[]): string =>
    spawnSync('docker', args, { encoding: 'utf8', env, timeout: 20_000 }).stdout.trim()
  const pid = (component: Component): number | null => {
    const id = ask('compose', ...project, 'ps', '--quiet', component)
    if (id === '') return null
    const value = Number(ask('inspect', '--format', '{{.State.Pid}}', id))
    return Number.isInteger(value) && value > 0 ? value : null
  }
  const pids = (): Record<Component, number | null> => ({
    kafka: pid('kafka'),
    registry: pid('registry'),
    clickhouse: pid('clickhouse'),
  })
  return {
    up: async (progress) => {
      progress.begin('docker', 'Starting Kafka, the registry and ClickHouse in Docker')
      await compose('up', '--detach', '--wait', ...components)
      progress.done('docker', 'Kafka, the registry and ClickHouse are ready')
    },
    down: async () => {
      const before = pids()
      await compose('down')
      return components.filter((component) => before[component] !== null)
    },
    drop: () => compose('down', '--volumes'),
    pids,
    kill: (component, signal) => compose('kill', '--signal', signal, component),
    pause: (component) => {
      ask('compose', ...project, 'pause', component)
    },
    resume: (component) => {
      ask('compose', ...project, 'unpause', component)
    },
    restart: async (component) => {
      await compose('stop', component)
      await compose('up', '--detach', '--wait', component)
    },
  }
}

function run(args: readonly string[], env: Record<string, string>): Promise<number | null> {
  return new Promise((resolve, reject) => {
    // Its own progress goes to stderr, as ours does: stdout is for the addresses alone.
    const child = spawn('docker', args, { stdio: ['ignore', 2, 2], env })
    child.once('error', reject)
    child.once('close', resolve)
  })
}
