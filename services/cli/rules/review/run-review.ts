import { TributaryError } from '#runtime/errors/index.ts'
import { writePrivately } from '../../page/write-privately.ts'
import { toJsonLine } from '../../shell/json.ts'
import type { ExitStatus, Terminal } from '../../shell/terminal.ts'
import { timeArgument } from '../../shell/time-argument.ts'
import { buildReport } from '../build-report.ts'
import { loadFile } from '../load-file.ts'
import { readKnown } from '../read-known.ts'
import { buildReview } from './build-review.ts'
import { reviewPage } from './page.ts'
import { printReview } from './print-review.ts'

export interface ReviewArguments {
  readonly file: string
  readonly since: string
  /** Where the page goes; null: none is made. */
  readonly html: string | null
  readonly sizeMin: number
  readonly alikeMin: number
  readonly json: boolean
}

/** `tributary review`: how the segments of a file did in a span of time, and which to retire. Exit 1: there is something to do. */
export async function runReview(terminal: Terminal, asked: ReviewArguments): Promise<ExitStatus> {
  const until = terminal.now()
  const since = timeArgument(asked.since, '--since', until)
  if (since >= until) throw new TributaryError('TRB_USAGE', '--since is not in the past')
  const loaded = await loadFile(terminal, asked.file)
  const known = await readKnown(terminal, loaded, {
    ...asked,
    span: { since, until },
    metrics: true,
    needsSizes: true,
  })
  if (known.facts === null) throw new TributaryError('TRB_INTERNAL', 'a review without sizes')
  const report = buildReport(asked.file, loaded.compiled, known, until)
  const review = buildReview(report, known.facts, known.metrics, since)
  if (asked.html !== null) await writePrivately(terminal.cwd, asked.html, reviewPage(review))
  terminal.stdout.write(asked.json ? toJsonLine(review) : printReview(review))
  return review.advice.length > 0 ? 1 : 0
}
