import { toJsonLine } from '../shell/json.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'
import { buildReport } from './build-report.ts'
import { loadFile } from './load-file.ts'
import { printRules } from './print-rules.ts'
import { readKnown } from './read-known.ts'

export interface RulesArguments {
  readonly file: string
  readonly sizeMin: number
  readonly alikeMin: number
  readonly json: boolean
}

const quarterMs = 91 * 86_400_000

/** `tributary rules`: every rule of a file with what is known of it. Says what it can't know where ClickHouse or Kafka is away. */
export async function runRules(terminal: Terminal, asked: RulesArguments): Promise<ExitStatus> {
  const now = terminal.now()
  const loaded = await loadFile(terminal, asked.file)
  const known = await readKnown(terminal, loaded, {
    ...asked,
    span: { since: new Date(now.getTime() - quarterMs), until: now },
    metrics: false,
    needsSizes: false,
  })
  const report = buildReport(asked.file, loaded.compiled, known, now)
  terminal.stdout.write(asked.json ? toJsonLine(report) : printRules(report))
  return 0
}
