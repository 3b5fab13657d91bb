import type { CheckResult, Health, Logger, Metrics } from '../telemetry/index.ts'
import { secondsBuckets } from '../telemetry/index.ts'
import type { TributaryError } from '../errors/index.ts'

export type StateSource = 'local' | 'checkpoint' | 'nothing'

/** Who hears of states and their copies: the log, the metrics, and the details of `/health`. */
export interface StateReports {
  /** A state directory was no state of this process and was moved there. */
  quarantined(part: number | string, error: TributaryError, movedTo: string): void
  /** A checkpoint was passed over; `asideAt` when it was taken out of the series. */
  refused(part: number | string, error: Error, asideAt: string | null): void
  opened(part: number | string, source: StateSource, nextOffset: number): void
  written(part: number | string, copy: WrittenCopy): void
  failed(part: number | string, error: Error): void
  /** How old the newest usable copy is that was found. */
  newestIs(part: number | string, writtenAtMs: number): void
  /** How long bytes of somebody erased have been in the file of a state; 0: none are. */
  erasedBytesAge(part: number | string, seconds: number): void
  /** This process has nothing to say about that part any more. */
  forget(part: number | string): void
}

export interface WrittenCopy {
  readonly nextOffset: number
  readonly bytes: number
  readonly seconds: number
  readonly writtenAtMs: number
  /** False: another process had written it. */
  readonly isNew: boolean
}

export interface ReportsDeps {
  readonly log: Logger
  readonly metrics: Metrics
  readonly health: Pick<Health, 'register'>
}

function createCheckpointMetrics(metrics: Metrics) {
  const labels = ['part'] as const
  return {
    newest: metrics.gauge({
      name: 'checkpoint_newest_timestamp_seconds',
      help: 'When the newest checkpoint was written, in seconds since 1970; its age is time() minus this',
      labels,
    }),
    offset: metrics.gauge({
      name: 'checkpoint_newest_offset',
      help: 'Offset of the log up to which the newest checkpoint goes',
      labels,
    }),
    bytes: metrics.gauge({
      name: 'checkpoint_bytes',
      help: 'Size of the newest checkpoint that this process wrote',
      labels,
    }),
    seconds: metrics.histogram({
      name: 'checkpoint_seconds',
      help: 'Time from the start of a copy of the state to the end of its writing',
      labels: [],
      buckets: secondsBuckets,
    }),
    failures: metrics.counter({
      name: 'checkpoint_failures_total',
      help: 'Checkpoints that could not be written; the next one is tried after the interval',
      labels,
    }),
    refused: metrics.counter({
      name: 'checkpoints_refused_total',
      help: 'Checkpoints that were passed over when a state was restored, by error code',
      labels: ['part', 'code'],
    }),
    quarantined: metrics.counter({
      name: 'state_quarantined_total',
      help: 'State directories that were moved aside as damaged or foreign, by error code',
      labels: ['part', 'code'],
    }),
    opened: metrics.counter({
      name: 'state_opened_total',
      help: 'States opened, by where they came from: local, checkpoint, nothing (the log from its start)',
      labels: ['part', 'source'],
    }),
    erasedBytesAge: metrics.gauge({
      name: 'state_erased_bytes_age_seconds',
      help: 'How long, in log time, the file of a state may have held bytes of somebody who was erased; 0: it holds none',
      labels,
    }),
    openedAt: metrics.gauge({
      name: 'state_opened_offset',
      help: 'Offset of the log from which the state that was opened last goes on',
      labels,
    }),
  }
}

const say = (all: ReadonlyMap<number | string, string>): CheckResult => ({
  ok: true,
  why: all.size === 0 ? null : [...all].map(([part, why]) => `${part}: ${why}`).join('; '),
})

/**
 * Neither a failing checkpoint nor a state that was moved aside makes a process unhealthy: it works on. `/health` names them with `ok: true`, so
 * that nobody's traffic moves away; alerts are for metrics.
 */
export function createStateReports({ log, metrics, health }: ReportsDeps): StateReports {
  const meters = createCheckpointMetrics(metrics)
  const notes = new Map<number | string, string>()
  const failures = new Map<number | string, string>()
  health.register('state', () => say(notes))
  health.register('checkpoints', () => say(failures))

  return {
    quarantined(part, error, movedTo) {
      log.error(
        { part, code: error.code, movedTo, hint: error.hint },
        `state moved aside: ${error.message}`,
      )
      meters.quarantined.add({ part, code: error.code })
      notes.set(part, `${error.message}; moved to ${movedTo}`)
    },
    refused(part, error, asideAt) {
      const code = codeOf(error)
      log.warn({ part, code, asideAt }, `checkpoint not used: ${error.message}`)
      meters.refused.add({ part, code })
      notes.set(part, `checkpoint not used: ${error.message}`)
    },
    opened(part, source, nextOffset) {
      log.info({ part, source, nextOffset }, 'state opened')
      meters.opened.add({ part, source })
      meters.openedAt.set({ part }, nextOffset)
    },
    written(part, { nextOffset, bytes, seconds, writtenAtMs, isNew }) {
      failures.delete(part)
      meters.newest.set({ part }, writtenAtMs / 1000)
      meters.offset.set({ part }, nextOffset)
      if (!isNew) return
      log.info({ part, nextOffset, bytes, seconds }, 'checkpoint written')
      meters.bytes.set({ part }, bytes)
      meters.seconds.observe({}, seconds)
    },
    failed(part, error) {
      log.warn({ part, code: codeOf(error) }, `checkpoint failed: ${error.message}`)
      meters.failures.add({ part })
      failures.set(part, error.message)
    },
    newestIs: (part, writtenAtMs) => meters.newest.set({ part }, writtenAtMs / 1000),
    erasedBytesAge: (part, seconds) => meters.erasedBytesAge.set({ part }, seconds),
    forget(part) {
      failures.delete(part)
      const { bytes, erasedBytesAge, newest, offset, openedAt } = meters
      for (const gauge of [newest, offset, bytes, openedAt, erasedBytesAge]) gauge.remove({ part })
    },
  }
}

const codeOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : 'TRB_INTERNAL'
