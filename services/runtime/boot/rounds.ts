import { asError, TributaryError } from '../errors/index.ts'
import { isPassing } from '../kafka/passing.ts'
import { aborted, createLifecycle, type Lifecycle } from '../lifecycle/index.ts'
import type { Boot } from './boot.ts'

/** What the process was told from outside. */
export interface Signals {
  /** Whose end a signal begins from now on. */
  follow(lifecycle: Lifecycle): void
  /** Aborted when the process was told to end. */
  readonly asked: AbortSignal
}

type Round<Config> = Omit<Boot<Config>, 'lifecycle'> & { readonly signals: Signals }

type Ended =
  | { readonly kind: 'end'; readonly failure: Error | undefined }
  /** The parts are to be started anew: because one asked for it, or because a dependency was away. */
  | { readonly kind: 'again'; readonly away: Error | null }

const pauseFirstMs = 500
const pauseMaxMs = 10_000
/** What a start gets to end by itself when the process is to end: after it, it dies in the middle, as it may at any time. */
const leavesWithinMs = 500

/** Starts the parts, again and again where that is asked for or a dependency is away; gives what the process ends with. */
export async function runRounds<Config>(
  round: Round<Config>,
  start: (boot: Boot<Config>) => Promise<void>,
): Promise<Error | undefined> {
  const { health, log, clock, signals } = round
  let pauseMs = pauseFirstMs
  for (;;) {
    const ended = await runOnce(round, start)
    if (ended.kind === 'end') return ended.failure
    health.clear()
    health.setPhase('starting')
    if (ended.away === null) {
      pauseMs = pauseFirstMs
      continue
    }
    health.report('start', ended.away.message)
    log.warn({ err: ended.away }, `the start failed and is made again: ${ended.away.message}`)
    await clock.sleep(pauseMs, signals.asked)
    if (signals.asked.aborted) return undefined
    health.forget('start')
    pauseMs = Math.min(pauseMs * 2, pauseMaxMs)
  }
}

/** Starts the parts, waits for the end and stops them. */
async function runOnce<Config>(
  { signals, ...boot }: Round<Config>,
  start: (boot: Boot<Config>) => Promise<void>,
): Promise<Ended> {
  const { log, health, clock } = boot
  const lifecycle = createLifecycle({ log, clock })
  signals.follow(lifecycle)
  let away: Error | null = null
  const starting = async (): Promise<void> => {
    try {
      await start({ ...boot, lifecycle })
      if (lifecycle.signal.aborted) return
      health.setPhase('running')
      log.info({}, 'running')
    } catch (thrown) {
      // An end that was asked for while starting is no failure.
      if (lifecycle.signal.aborted) return
      const error = asError(thrown)
      if (isPassing(error)) {
        away = error
        lifecycle.requestRestart(error.message)
      } else lifecycle.fail(error)
    }
  }
  const settled = new AbortController()
  const started = starting().finally(() => settled.abort())
  await lifecycle.ending
  health.setPhase('stopping')
  // A start gives up what it waits for; one that can't, because a client does not listen, is not waited for.
  const leaving = async (): Promise<void> => {
    await aborted(AbortSignal.any([signals.asked, settled.signal]))
    await clock.sleep(leavesWithinMs, settled.signal)
  }
  await Promise.race([started, aborted(lifecycle.hurry), leaving()])
  const failure = await lifecycle.stop()
  if (!lifecycle.restarts() || signals.asked.aborted) return { kind: 'end', failure }
  if (settled.signal.aborted) return { kind: 'again', away }
  // What still starts would meet what starts anew.
  return {
    kind: 'end',
    failure: new TributaryError('TRB_SHUTDOWN_SLOW', 'the start did not end in time'),
  }
}
