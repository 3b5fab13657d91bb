import { spawnSync } from 'node:child_process'
import { StackError } from './errors.ts'
import type { StackEngine } from './state.ts'

const javaMajorMin = 17

/** What is missing on this machine to run the stack without Docker; empty when nothing is. */
export function missingTools(): string[] {
  const java = javaMajor()
  const missing: string[] = []
  if (java === null) missing.push(`Java ${javaMajorMin} or newer (none found)`)
  else if (java < javaMajorMin) missing.push(`Java ${javaMajorMin} or newer (found ${java})`)
  if (!answers('mvn', ['-v'])) missing.push('Apache Maven (no mvn on the PATH)')
  return missing
}

/** Processes of this machine where it has the tools, else Docker; throws what to install if neither. */
export function chooseEngine(): StackEngine {
  const missing = missingTools()
  if (missing.length === 0) return 'process'
  if (dockerAnswers()) return 'docker'
  throw new StackError(
    'toolchain_missing',
    `The local stack needs ${missing.join(' and ')}.`,
    'Debian, Ubuntu: apt-get install openjdk-17-jre-headless maven. macOS: brew install openjdk@17 maven. Or start a Docker engine: then the official images are used instead.',
  )
}

/** Whether a Docker engine (not only its client) answers. */
export function dockerAnswers(): boolean {
  return answers('docker', ['version', '--format', '{{.Server.Version}}'])
}

function javaMajor(): number | null {
  const run = spawnSync('java', ['-version'], { encoding: 'utf8', timeout: 20_000 })
  const match = /version "(\d+)(?:\.(\d+))?/.exec(`${run.stderr}${run.stdout}`)
  if (run.status !== 0 || match === null) return null
  const [, major, minor] = match
  // Java 8 and older call themselves 1.8.
  return Number(major === '1' ? minor : major)
}

function answers(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore', timeout: 20_000 }).status === 0
}
