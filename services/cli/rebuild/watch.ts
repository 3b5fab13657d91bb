import { SingleBar } from 'cli-progress'
import { isInteractive, type Terminal } from '../shell/terminal.ts'
import { progressLine } from './describe-rebuild.ts'
import type { RebuildReport } from './ports.ts'

/** What somebody sees of a rebuild while it goes on. */
export interface Watch {
  readonly report: (progress: RebuildReport) => void
  /** It looks at what others do, once more. */
  readonly waits: (waitsFor: string) => void
  last(): RebuildReport | null
  /** How long the channels were away, those commands included that were killed meanwhile. */
  pausedMs(): number
  end(): void
}

type Bar = Pick<SingleBar, 'start' | 'setTotal' | 'update' | 'stop'>

const createBar = (): Bar =>
  new SingleBar({
    format: '{phase} [{bar}] {percentage}% | {value} of {total} events, {links} links',
    noTTYOutput: false,
  })

/** Whoever reads a log wants to see that it goes on. */
const sayAgainMs = 60_000
/** Others take some tenths of a second, or a restart; beyond that it is to be said who is waited for. */
const waitsLongMs = 15_000

/**
 * A bar for somebody who watches; for a log a line per phase, and one a minute.
 * @param countEvents How many events are stored now: more come while they are fed, so that each round asks again.
 */
export async function createWatch(
  terminal: Pick<Terminal, 'stderr' | 'now'>,
  json: boolean,
  countEvents: () => Promise<number>,
  bar: Bar = createBar(),
): Promise<Watch> {
  const interactive = isInteractive(terminal.stderr) && !json
  let total = await countEvents()
  if (interactive) bar.start(Math.max(total, 1), 0, { phase: 'preparing', links: 0 })
  let last: RebuildReport | null = null
  let pausedMs = 0
  let saidAt = 0
  let waiting = { what: '', since: 0, said: false }
  const clock = (): number => terminal.now().getTime()
  const countAgain = async (): Promise<void> => {
    // It is for the eye alone: the work itself meets whatever is wrong.
    total = await countEvents().catch(() => total)
  }
  return {
    report(progress) {
      const before = last
      last = progress
      waiting = { what: '', since: 0, said: false }
      const { phase, epoch, events, links } = progress
      if (before !== null && before.epoch !== epoch) void countAgain()
      if (phase === 'done' && progress.pausedAt !== null) pausedMs = clock() - progress.pausedAt
      if (interactive) {
        bar.setTotal(Math.max(total, events, 1))
        bar.update(events, { phase, links })
      } else if (!json && (before?.phase !== phase || clock() - saidAt >= sayAgainMs)) {
        saidAt = clock()
        terminal.stderr.write(`${progressLine(progress)}\n`)
      }
    },
    waits(what) {
      if (waiting.what !== what) waiting = { what, since: clock(), said: false }
      if (waiting.said || json || clock() - waiting.since < waitsLongMs) return
      waiting.said = true
      if (interactive) bar.update(last?.events ?? 0, { phase: `waiting for ${what}` })
      else terminal.stderr.write(`waiting for ${what}\n`)
    },
    last: () => last,
    pausedMs: () => pausedMs,
    end() {
      if (interactive) bar.stop()
    },
  }
}
