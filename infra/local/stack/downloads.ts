import { spawn } from 'node:child_process'
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
} from 'node:fs'
import { rm } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { StackError } from './errors.ts'
import { cacheRoot, pomFile } from './paths.ts'
import { identify } from './process-identity.ts'
import type { StackProgress } from './progress.ts'

export interface Downloads {
  /** Directory of Kafka's jars. */
  readonly kafka: string
  /** Directory of the unpacked registry. */
  readonly registry: string
}

/**
 * Brings Kafka and the registry from Maven Central into this checkout, once per content of pom.xml.
 * The finished directory appears by one rename, so that an interrupted download leaves nothing that
 * looks complete, and of two at the same time either may win.
 */
export async function download(progress: StackProgress): Promise<Downloads> {
  const root = join(cacheRoot, 'downloads')
  const key = createHash('sha256').update(readFileSync(pomFile)).digest('hex').slice(0, 12)
  const finished = join(root, key)
  if (!existsSync(finished)) {
    mkdirSync(root, { recursive: true })
    await removeAbandoned(root)
    const unfinished = join(root, `unfinished-${process.pid}-${Date.now()}`)
    progress.begin('download', 'Downloading Kafka and the schema registry (150 MB, once)')
    await maven(unfinished)
    try {
      renameSync(unfinished, finished)
    } catch (error) {
      if (!existsSync(finished)) throw error
      await rm(unfinished, { recursive: true, force: true })
    }
    progress.done('download', 'Kafka and the schema registry downloaded')
  }
  return { kafka: join(finished, 'kafka'), registry: join(finished, 'registry') }
}

async function maven(target: string): Promise<void> {
  mkdirSync(target, { recursive: true })
  const logFile = join(target, 'maven.log')
  const args = ['-B', '-ntp', '-f', pomFile, 'process-resources', `-Ddownload.dir=${target}`]
  const log = createWriteStream(logFile)
  const status = await new Promise<number | null>((resolve, reject) => {
    const child = spawn('mvn', args, { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.pipe(log, { end: false })
    child.stderr.pipe(log, { end: false })
    child.once('error', reject)
    child.once('close', resolve)
  })
  await new Promise((resolve) => log.end(resolve))
  if (status === 0) return
  const lines = readFileSync(logFile, 'utf8').split('\n')
  const errors = lines.filter((line) => line.startsWith('[ERROR]')).slice(0, 5)
  await rm(target, { recursive: true, force: true })
  throw new StackError(
    'download_failed',
    `Maven could not download Kafka and the registry (exit ${status ?? 'by signal'}).`,
    errors.join('\n') || lines.slice(-8).join('\n'),
  )
}

/** Deletes what interrupted downloads left, but nothing of one that still runs. */
async function removeAbandoned(root: string): Promise<void> {
  for (const name of readdirSync(root)) {
    const pid = /^unfinished-(\d+)-/.exec(name)?.[1]
    if (pid !== undefined && identify(Number(pid)) === null) {
      await rm(join(root, name), { recursive: true, force: true })
    }
  }
}
