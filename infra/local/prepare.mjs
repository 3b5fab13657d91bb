/* oxlint-disable -- the type-aware rules know no plain JavaScript, and this must run on any Node */
// Runs before npm's scripts, on whatever Node the machine has: brings the packages that the lockfile
// names (Node 24 among them), then says what the local stack lacks before anything slow starts.
// Plain JavaScript without a dependency, since in a fresh clone there is nothing else yet.
// Prints to stderr only: stdout belongs to the script that follows.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const modules = join(root, 'node_modules')

// npm puts node_modules/.bin first; an install that replaces the Node it runs on would fail halfway.
const path = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((entry) => !entry.startsWith(`${modules}${sep}`))
  .join(delimiter)

if (!matchesLockfile()) {
  process.stderr.write('Installing the packages of package-lock.json (npm ci) …\n')
  run('npm', ['ci', '--no-fund', '--no-audit'], { shell: process.platform === 'win32' })
}
if (!process.argv.includes('--no-stack')) {
  run(join(modules, '.bin', 'node'), [join(root, 'infra', 'local', 'main.ts'), 'check'])
}

/** Whether what npm last installed here is what the lockfile asks for on this platform. */
function matchesLockfile() {
  const installed = packagesOf(join(modules, '.package-lock.json'))
  const wanted = packagesOf(join(root, 'package-lock.json'))
  if (installed === null || wanted === null) return false
  return Object.entries(wanted).every(([name, { version, optional }]) => {
    if (name === '') return true
    const found = installed[name]
    // Optional ones are mostly for other platforms; where there is one, it must be the right one.
    return found === undefined ? optional === true : found.version === version
  })
}

function packagesOf(file) {
  if (!existsSync(file)) return null
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? null
  } catch {
    return null
  }
}

function run(command, args, options = {}) {
  const { error, status } = spawnSync(command, args, {
    cwd: root,
    env: { ...process.env, PATH: path },
    stdio: ['ignore', 2, 2],
    ...options,
  })
  if (error !== undefined) process.stderr.write(`${command}: ${error.message}\n`)
  if (status !== 0) process.exit(status ?? 3)
}
