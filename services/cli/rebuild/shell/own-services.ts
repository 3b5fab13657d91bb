import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { TributaryError } from '#runtime/errors/index.ts'
import { localEnvironment } from '../../shell/local-environment.ts'
import type { Terminal } from '../../shell/terminal.ts'

/** The services that fold the new generation: one process of each, children of the command. */
export interface OwnServices extends AsyncDisposable {
  /** Rejects when one of them can't be kept alive. */
  readonly failed: Promise<never>
  stop(): Promise<void>
}

const services = ['profiles', 'identity'] as const
/** A service that ends so often within the time below is broken, and not just hit by an outage. */
const endsMax = 5
const endsWithinMs = 60_000
const stopWithinMs = 15_000

/**
 * Starts them with the command's own environment. What they log goes to stderr.
 * Their state lies where TRIBUTARY_STATE_DIR says, in directories of the generation.
 */
export function startOwnServices(terminal: Terminal, generation: number): OwnServices {
  const failed = Promise.withResolvers<never>()
  // Whoever does not look at it must not be ended by it.
  failed.promise.catch(() => undefined)
  const stopping = new AbortController()
  const running = services.map(async (service) => {
    try {
      await keepAlive(terminal, service, generation, stopping.signal)
    } catch (error) {
      failed.reject(error)
    }
  })
  const stop = async (): Promise<void> => {
    stopping.abort()
    await Promise.all(running)
  }
  return { failed: failed.promise, stop, [Symbol.asyncDispose]: stop }
}

async function keepAlive(
  terminal: Terminal,
  service: (typeof services)[number],
  generation: number,
  signal: AbortSignal,
): Promise<void> {
  let ends: number[] = []
  while (!signal.aborted) {
    const child = start(terminal, service, generation)
    const code = await endOf(child, signal)
    if (isOver(signal)) return
    const now = terminal.now().getTime()
    ends = [...ends.filter((at) => at > now - endsWithinMs), now]
    if (ends.length > endsMax || code === 2)
      throw new TributaryError(
        'TRB_DEPENDENCY_UNAVAILABLE',
        `${service} of generation ${generation} ended with exit code ${code ?? 'none'}`,
        {
          hint: 'Its log above says why. Mend that, then start tributary rebuild again: it goes on.',
        },
      )
    await sleep(1000)
  }
}

/** Read through a call: it changes while others are awaited. */
const isOver = (signal: AbortSignal): boolean => signal.aborted

function start(terminal: Terminal, service: string, generation: number): ChildProcess {
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=TimeoutNegativeWarning',
      '--import',
      new URL('end-with-parent.ts', import.meta.url).href,
      join(terminal.checkout, 'services', service, 'main.ts'),
    ],
    {
      cwd: terminal.cwd,
      env: {
        TRIBUTARY_LOG_LEVEL: 'warn',
        ...localEnvironment(terminal),
        TRIBUTARY_GENERATION: String(generation),
        TRIBUTARY_HTTP_PORT: '0',
        TRIBUTARY_HTTP_PORT_FILE: '',
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  )
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (text: Buffer) => terminal.stderr.write(text))
  return child
}

/** The exit code; null: killed. Once the signal aborts, the child is asked to end, and in the end made to. */
async function endOf(child: ChildProcess, signal: AbortSignal): Promise<number | null> {
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('exit', resolve)
    child.once('error', reject)
  })
  const ask = (): void => {
    child.kill('SIGTERM')
    setTimeout(() => child.kill('SIGKILL'), stopWithinMs).unref()
  }
  if (signal.aborted) ask()
  else signal.addEventListener('abort', ask, { once: true })
  const code = await ended
  signal.removeEventListener('abort', ask)
  return code
}
