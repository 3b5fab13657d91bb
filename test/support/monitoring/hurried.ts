import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { monitoring, ruleFiles } from './rule-files.ts'

/** How long an alert goes on after what it is of was seen last: longer than the restart of a service. */
const keepFiringFor = '10s'

const timings = /^(\s*)(for|keep_firing_for): .*$/gm
const waits = /^(\s*)(group_wait|group_interval|repeat_interval): .*$/gm

/** The rules as they are but for their patience: `for` is a second, `keep_firing_for` ten. Gives their folder. */
export function hurriedRules(directory: string): string {
  const folder = join(directory, 'rules')
  mkdirSync(folder, { recursive: true })
  for (const name of ruleFiles()) {
    const rules = readFileSync(join(monitoring, 'rules', name), 'utf8').replaceAll(
      timings,
      (_, indent: string, what: string) =>
        `${indent}${what}: ${what === 'for' ? '1s' : keepFiringFor}`,
    )
    writeFileSync(join(folder, name), rules)
  }
  return folder
}

/** Alertmanager as it is, but for its patience and for where it sends to. */
export function hurriedRoutes(directory: string, webhook: string): string {
  const file = join(directory, 'alertmanager.yml')
  const routes = readFileSync(join(monitoring, 'alertmanager.yml'), 'utf8')
    .replaceAll(
      waits,
      (_, indent: string, what: string) =>
        `${indent}${what}: ${what === 'repeat_interval' ? '1h' : '1s'}`,
    )
    .replaceAll('http://127.0.0.1:9095', webhook)
  writeFileSync(file, routes)
  return file
}

const prometheusSchema = z.looseObject({
  global: z.looseObject({}),
  scrape_configs: z.tuple([z.looseObject({ job_name: z.literal('tributary') })]),
})

/** Prometheus as it is, but every half second, and with targets that a file names: they may move. */
export function hurriedPrometheus(
  directory: string,
  where: { readonly rules: string; readonly alertmanager: string; readonly targets: string },
): string {
  const config = prometheusSchema.parse(
    parse(readFileSync(join(monitoring, 'prometheus.yml'), 'utf8')),
  )
  const [scrape] = config.scrape_configs
  const file = join(directory, 'prometheus.yml')
  const hurried = {
    ...config,
    global: { ...config.global, scrape_interval: '500ms', evaluation_interval: '500ms' },
    rule_files: [join(where.rules, '*.rules.yml')],
    alerting: {
      alertmanagers: [{ static_configs: [{ targets: [new URL(where.alertmanager).host] }] }],
    },
    scrape_configs: [
      {
        ...scrape,
        static_configs: undefined,
        file_sd_configs: [{ files: [where.targets], refresh_interval: '1s' }],
      },
    ],
  }
  writeFileSync(file, stringify(hurried))
  return file
}
