import { execFile, spawnSync } from 'node:child_process'

/** Debian names Alertmanager as its package is named, others do not. */
const names = {
  promtool: ['promtool'],
  prometheus: ['prometheus'],
  amtool: ['amtool'],
  alertmanager: ['prometheus-alertmanager', 'alertmanager'],
} as const
export type Tool = keyof typeof names

/** Where a tool is; null: it is not installed. */
export function pathOf(tool: Tool): string | null {
  const looks = names[tool].map((name) => `command -v ${name}`).join(' || ')
  const { stdout } = spawnSync('/bin/sh', ['-c', looks], { encoding: 'utf8' })
  return stdout.trim() === '' ? null : stdout.trim()
}

/** Why tests can't run here, which is said at once, since reporters don't; null: they can. */
export function missingTools(...tools: readonly Tool[]): string | null {
  const missing = tools.filter((tool) => pathOf(tool) === null)
  if (missing.length === 0) return null
  const why = `not installed: ${missing.join(', ')} (Debian: apt-get install prometheus prometheus-alertmanager)`
  process.stderr.write(`Tests of monitoring are skipped: ${why}\n`)
  return why
}

/** Runs a tool to its end; gives all that it said. */
export const runTool = async (
  tool: Tool,
  args: readonly string[],
  cwd: string,
): Promise<{ readonly status: number; readonly said: string }> =>
  new Promise((resolve) => {
    execFile(pathOf(tool) ?? tool, args, { cwd }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
      resolve({ status, said: `${stdout}${stderr}` })
    })
  })
