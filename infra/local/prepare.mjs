#!/usr/bin/env node
/* oxlint-disable -- plain JavaScript, of which the type-aware rules know nothing */
// Runs before `npm run demo`, `npm test` and the other scripts, on whatever Node came with npm (20 or later), without any dependency:
// installs what the lockfile says when node_modules is missing or older than it, and says early what the machine lacks.
import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const installed = resolve(root, 'node_modules/.package-lock.json')
const say = (text) => process.stderr.write(`${text}\n`)
const answers = (command, ...args) => spawnSync(command, args, { stdio: 'ignore', timeout: 30_000 }).status === 0
const modified = (path) => statSync(path).mtimeMs
const isLink = (path) => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false

if (!existsSync(installed) || modified(installed) < modified(resolve(root, 'package-lock.json'))) {
  // npm ci would empty the folder that the link leads to, which is somebody else's.
  if (isLink(resolve(root, 'node_modules'))) {
    say('node_modules is a link, and what it leads to is older than package-lock.json: run `npm ci` where it leads to, or remove the link.')
    process.exit(3)
  }
  say('Installing the dependencies of package-lock.json (npm ci) …')
  // stdout is the script's own: npm's words go to stderr, so that `--json` stays pure.
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const { status } = spawnSync(npm, ['ci', '--no-audit', '--no-fund'], { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' })
  if (status !== 0) {
    say('npm ci failed, see above. Tributary needs the npm registry once; behind a proxy set `npm config set proxy`.')
    process.exit(3)
  }
}

if (process.argv.includes('--stack') && !(answers('java', '-version') && answers('mvn', '--version')) && !answers('docker', 'info')) {
  say('The local stack (Kafka, schema registry, ClickHouse) needs Java 17 or later and Maven, or a running Docker engine. None was found.')
  say('  Debian, Ubuntu: apt-get install openjdk-17-jre-headless maven      macOS: brew install openjdk maven')
  process.exit(3)
}
