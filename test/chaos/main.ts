import { writeFileSync } from 'node:fs'
import { asError, isTributaryError } from '#runtime/errors/index.ts'
import { canonicalJson } from '#runtime/log/canonical-json.ts'
import { StackError } from '../../infra/local/stack/errors.ts'
import { createUndoing } from '../support/undoing.ts'
import { parseChaosOptions } from './options.ts'
import { chaosPage } from './page.ts'
import { describeChaos, isSound } from './result.ts'
import { type Chaos, runChaos } from './run-chaos.ts'

const options = parseChaosOptions(process.argv.slice(2))
const environment = Object.fromEntries(
  Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined),
)
const elapsed = (): number => performance.now()
const say = (text: string): void => {
  process.stderr.write(`${(elapsed() / 1000).toFixed(1).padStart(6)} s  ${text}\n`)
}
const undoing = createUndoing()
const undo = async (): Promise<void> => {
  for (const failure of await undoing.all()) say(`could not be undone: ${asError(failure).message}`)
}
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    void undo().finally(() => process.exit(130))
  })

/** Beside the load: start, convergence, comparison. A run that takes longer hangs or has a machine that proves nothing. */
const besideSecondsMax = 145
const guard = setTimeout(
  () => {
    say(`not done within ${options.seconds + besideSecondsMax} s`)
    void undo().finally(() => process.exit(1))
  },
  (options.seconds + besideSecondsMax) * 1000,
)
guard.unref()

function report({ result, events, ends, comparison, ...run }: Chaos): void {
  for (const { profileId, feature, stored, expected } of comparison.mismatches.slice(0, 5))
    say(`${profileId} ${feature}: ${JSON.stringify(stored)}, not ${JSON.stringify(expected)}`)
  for (const { instance, exit, lastWords } of ends.slice(0, 10))
    say(`${instance} had ended by itself (${exit}): ${lastWords.slice(-500)}`)
  if (options.json) process.stdout.write(`${canonicalJson({ ...result })}\n`)
  else process.stdout.write(`\n${describeChaos(result)}`)
  if (options.page !== null)
    writeFileSync(options.page, chaosPage({ result, events, options, on: new Date(), ...run }))
}

/** 2: usage (the parser ends the process itself); 3: the stack can't be had; 1: all else. */
try {
  const chaos = await runChaos(options, { environment, undoing, say, elapsed })
  clearTimeout(guard)
  report(chaos)
  process.exitCode = isSound(chaos.result) ? 0 : 1
} catch (error) {
  const hint = error instanceof StackError || isTributaryError(error) ? error.hint : null
  say(`${asError(error).message}${hint === null ? '' : `\n${hint}`}`)
  process.exitCode = error instanceof StackError ? 3 : 1
} finally {
  await undo()
}
