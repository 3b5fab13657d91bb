import { Option } from 'commander'
import { type TemplateName, templateNames } from '../init/templates.ts'
import { jsonOption, type Register } from './command.ts'

interface Options {
  readonly template: TemplateName
  readonly dir: string
  readonly force?: true
  readonly list?: true
  readonly json?: true
}

export const registerInit: Register = (program, run) => {
  program
    .command('init')
    .summary('a pipeline file with its examples, from a template')
    .description(
      'Writes pipeline.yaml and pipeline.test.yaml from a template of your trade (docs/templates.md): sources, who is one person, features, segments of a whole lifecycle, each with an example. Needs nothing and overwrites nothing, unless --force says so.',
    )
    .addOption(
      new Option('--template <name>', 'which template').choices(templateNames).default('retail'),
    )
    .option('--dir <folder>', 'where to; made if it is not there', '.')
    .option('--force', 'overwrite files that are there')
    .option('--list', 'say which templates there are, and write nothing')
    .option(...jsonOption)
    .action((options: Options) =>
      run(async (terminal) => {
        const { listTemplates, runInit } = await import('../init/run-init.ts')
        const json = options.json === true
        if (options.list === true) return listTemplates(terminal, json)
        const { dir, template } = options
        return runInit(terminal, { template, dir, force: options.force === true, json })
      })(),
    )
}
