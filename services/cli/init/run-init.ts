import { isAbsolute, join, relative, resolve } from 'node:path'
import { toJsonLine } from '../shell/json.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'
import { readTemplate, type TemplateName, templateNames, templates } from './templates.ts'
import { writeNewFiles } from './write-new-files.ts'

export interface InitArguments {
  readonly template: TemplateName
  readonly dir: string
  readonly force: boolean
  readonly json: boolean
}

/** `tributary init --list`. */
export function listTemplates({ stdout }: Terminal, json: boolean): ExitStatus {
  const shown = templateNames.map((name) => ({ name, description: templates[name] }))
  stdout.write(
    json
      ? toJsonLine({ templates: shown })
      : shown.map(({ description, name }) => `${name.padEnd(8)}${description}\n`).join(''),
  )
  return 0
}

/** `tributary init`: a pipeline file and its examples to begin with. Touches nothing but the two files. */
export async function runInit(
  { checkout, cwd, stdout }: Terminal,
  { dir, force, json, template }: InitArguments,
): Promise<ExitStatus> {
  const folder = resolve(cwd, dir)
  const files = await readTemplate(checkout, template)
  await writeNewFiles(folder, files, force)
  const shown = (name: string): string => {
    const path = relative(cwd, join(folder, name))
    return path.startsWith('..') || isAbsolute(path) ? join(folder, name) : path
  }
  const steps = nextSteps(shown('pipeline.yaml'), shown('pipeline.test.yaml'))
  stdout.write(
    json
      ? toJsonLine({
          template,
          files: files.map(({ name }) => shown(name)),
          next: steps.map(([command]) => command),
        })
      : [
          ...files.map(({ name }) => `wrote ${shown(name)}\n`),
          '\nMake it yours: sources, owners, review dates, thresholds. Then:\n',
          ...steps.map(([command, why]) => `  ${command}\n      ${why}\n`),
        ].join(''),
  )
  return 0
}

const nextSteps = (
  pipeline: string,
  examples: string,
): readonly (readonly [command: string, why: string])[] => [
  [`tributary lint ${pipeline} --watch`, 'every mistake with its line, while you edit'],
  [`tributary test ${examples} --watch`, 'its examples; change them with the rules'],
  [
    `tributary features simulate --pipeline ${pipeline} --input events.jsonl --as-of TIME`,
    'what it makes of your own events (docs/testing-rules.md)',
  ],
  [`tributary topics apply`, 'the topics that are not there yet'],
  [
    `tributary deploy ${pipeline}`,
    'puts it in force; TRIBUTARY_PIPELINE names it for a first start',
  ],
]
