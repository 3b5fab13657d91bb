import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { missingTools } from '../../../infra/local/stack/toolchain.ts'

const execute = promisify(execFile)

/** The folder of the Kafka Streams contestant; its README's paths are relative to it. */
const peerDirectory = join(import.meta.dirname, 'kafka-streams')
const classPath = [
  join(peerDirectory, 'target/classes'),
  join(peerDirectory, 'target/dependency/*'),
].join(':')

/** What Java is told to run the built contestant, before its own options. */
export const peerCommand: readonly string[] = ['-cp', classPath, 'org.tributary.bench.Main']

const outputMax = 64 * 1024 * 1024

/** What Maven says when it lacks something that it can't fetch. */
const unresolved = /could not be resolved|Could not transfer|Could not find artifact|Unknown host/

/**
 * Compiles the contestant and brings its libraries, without the network when everything was fetched before.
 * @returns why that can't be done on this machine; null: it is built.
 * @throws Error with Maven's words when the code does not compile.
 */
export async function buildPeer(): Promise<string | null> {
  const missing = missingTools()
  if (missing.length > 0) return `needs ${missing.join(' and ')}`
  const offline = await compile(['-o'])
  if (offline === null) return null
  if (!unresolved.test(offline)) throw new Error(offline)
  const online = await compile([])
  if (online === null) return null
  if (!unresolved.test(online)) throw new Error(online)
  return 'its libraries are not here, and Maven Central can not be reached'
}

/** null: compiled; else what Maven said. */
async function compile(options: readonly string[]): Promise<string | null> {
  try {
    await execute('mvn', ['-q', '-B', '-ntp', ...options, 'compile'], { cwd: peerDirectory })
    return null
  } catch (error) {
    if (error instanceof Error && 'stdout' in error) return String(error.stdout)
    throw error
  }
}

/** Runs the built contestant to its end; what it printed. */
export async function peerOutput(args: readonly string[]): Promise<string> {
  const { stdout } = await execute('java', [...peerCommand, ...args], { maxBuffer: outputMax })
  return stdout
}
