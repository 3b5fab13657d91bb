import { readFileSync, writeFileSync } from 'node:fs'
import { Presets, SingleBar } from 'cli-progress'
import type { Command } from 'commander'
import type { JsonValue } from '#runtime/event/event.ts'
import { canonicalJson } from '#runtime/log/canonical-json.ts'
import { type Section, withSection } from './page.ts'

export interface Output {
  readonly json?: true
  readonly page?: string
}

export const withOutput = (program: Command): Command =>
  program
    .option('--json', 'one JSON object on stdout')
    .option('--page <file>', 'also writes the figures between the marks of a Markdown file')
    .exitOverride()

/** Ends the process when there is nothing to do. */
export function parse(program: Command): Command {
  try {
    return program.parse()
  } catch {
    // Commander has said what was wrong, or has shown the help.
    return process.exit(process.argv.includes('--help') || process.argv.includes('-h') ? 0 : 2)
  }
}

/** A bar in a terminal; elsewhere nothing. */
export function createBar(total: number, of: string): { step(): void; stop(): void } {
  const bar = new SingleBar(
    { format: `{bar} {value}/{total} ${of}, {eta} s left`, stream: process.stderr },
    Presets.shades_classic,
  )
  if (process.stderr.isTTY) bar.start(total, 0)
  return { step: () => bar.increment(), stop: () => bar.stop() }
}

export function write(
  { json, page }: Output,
  of: { readonly section: Section; readonly text: string; readonly json: JsonValue },
): void {
  process.stdout.write(json ? `${canonicalJson(of.json)}\n` : `${of.text}\n`)
  if (page !== undefined)
    writeFileSync(page, withSection(readFileSync(page, 'utf8'), of.section, of.text))
}
