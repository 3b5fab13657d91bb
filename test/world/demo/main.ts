import { exitCodeOf, isTributaryError } from '#runtime/errors/index.ts'
import { canonicalJson } from '#runtime/log/canonical-json.ts'
import { StackError } from '../../../infra/local/stack/errors.ts'
import {
  localStackStatus,
  type RunningStack,
  startLocalStack,
  stopLocalStack,
} from '../../../infra/local/stack/local-stack.ts'
import { progressOn } from '../../../infra/local/stack/progress.ts'
import { createDemoDirectory, demoPath, stackDirectory } from './directory.ts'
import { type DemoOptions, demoHelp, parseDemoOptions } from './options.ts'
import { createDemoProgress } from './progress.ts'
import { describe, isSound } from './result.ts'
import { runDemo } from './run-demo.ts'
import { type RunningService, stopServices } from './services.ts'
import { tour, untilEnter } from './tour.ts'

const elapsed = (): number => performance.now()
const environment = Object.fromEntries(
  Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined),
)

async function main(): Promise<number> {
  const options = parseDemoOptions(process.argv.slice(2))
  if (options === 'help') {
    process.stdout.write(demoHelp)
    return 0
  }
  await stopServices(demoPath)
  if (options.stop) {
    await stopLocalStack(stackDirectory, environment)
    return 0
  }
  const wasRunning = Object.values(localStackStatus(stackDirectory, environment)?.pids ?? {}).some(
    (pid) => pid !== null,
  )
  const stackProgress = progressOn(process.stderr)
  const stack = await startLocalStack({
    dir: stackDirectory,
    environment,
    progress: stackProgress,
  }).finally(() => stackProgress.stop())
  const services: RunningService[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(services.map(async (service) => service.stop()))
    if (!wasRunning) await stack.stop()
  }
  process.once('SIGINT', () => {
    void stop().finally(() => process.exit(130))
  })
  let kept = false
  try {
    const sound = await show(options, stack, services)
    kept = options.keep
    return sound ? 0 : 1
  } finally {
    if (!kept) await stop()
  }
}

async function show(
  options: DemoOptions,
  stack: RunningStack,
  services: RunningService[],
): Promise<boolean> {
  const progress = createDemoProgress(process.stderr, elapsed)
  const directory = createDemoDirectory()
  const demo = await runDemo(
    options,
    {
      stack,
      directory,
      environment,
      progress,
      elapsed,
      now: Date.now(),
      run: Date.now().toString(36),
    },
    services,
  )
  if (options.json) process.stdout.write(`${canonicalJson({ ...demo.result })}\n`)
  else
    process.stdout.write(
      `\n${describe(demo.result, demo.comparison)}\n${await tour(demo, directory)}`,
    )
  if (options.keep)
    process.stderr.write('\nEverything keeps running. End it with: npm run demo -- --stop\n')
  else if (!options.json && process.stdin.isTTY && process.stdout.isTTY)
    await untilEnter(process.stdin, process.stderr)
  return isSound(demo.result)
}

/** 2: the command line was wrong; 3: the stack can't be had; 1: all else. */
function exitCode(error: unknown): number {
  if (error instanceof StackError) return error.code === 'usage' ? 2 : 3
  return exitCodeOf(error)
}

try {
  process.exitCode = await main()
} catch (error) {
  const hint = error instanceof StackError || isTributaryError(error) ? error.hint : null
  process.stderr.write(
    `${error instanceof Error ? error.message : String(error)}\n${hint === null ? '' : `${hint}\n`}`,
  )
  process.exitCode = exitCode(error)
}
