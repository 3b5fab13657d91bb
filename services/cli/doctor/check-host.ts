import { bytes, percent } from '../shell/words.ts'
import type { DiskFact, HostFacts, KeyFact } from './facts.ts'
import {
  type CheckName,
  type Fact,
  type Finding,
  notLooked,
  ok,
  problem,
  warning,
} from './finding.ts'

/** The first release of Node that runs TypeScript as it is. */
const nodeMajorMin = 24
const readableByAll = 0o004
const writableByAll = 0o002
const freeShareLow = 0.05
const freeShareSoonLow = 0.15
/** Below this a large share helps nobody: a flush or a merge may need it at once. */
const freeBytesLow = 1024 ** 3

export const checkHost = (host: HostFacts): readonly Finding[] => [
  checkVersions(host),
  checkKey(host.key),
  ...host.disks.map(checkStateDisk),
]

export function checkVersions({ node, tributary }: Pick<HostFacts, 'node' | 'tributary'>): Finding {
  const message = `Node ${node}, Tributary ${tributary}`
  return Number.parseInt(node, 10) >= nodeMajorMin
    ? ok('versions', message)
    : problem(
        'versions',
        `${message}: Node ${nodeMajorMin} or later is needed`,
        'Run it with the Node of this clone (npm run -s tributary -- …) or of the image.',
      )
}

export function checkKey(fact: Fact<KeyFact>): Finding {
  if (!fact.read) return notLooked('key', fact)
  const { from, path, mode, fault } = fact.value
  if (from === 'nowhere')
    return warning(
      'key',
      'no installation key is set here, so it was not looked at',
      'Set TRIBUTARY_KEY_FILE or TRIBUTARY_KEY_COMMAND as the services have it, or run doctor where they run.',
    )
  if (fault !== null)
    return problem(
      'key',
      fault,
      'Set TRIBUTARY_KEY_FILE to the key of this installation. Only for a new installation make one: openssl rand -out key 32.',
    )
  if (mode !== null && (mode & (readableByAll | writableByAll)) !== 0)
    return problem(
      'key',
      `the installation key ${path} is open to every account of this host (mode ${mode.toString(8)})`,
      `chmod 600 ${path}`,
    )
  return ok(
    'key',
    `the installation key is there (${path ?? (from === 'command' ? 'TRIBUTARY_KEY_COMMAND' : 'TRIBUTARY_KEY')})`,
  )
}

const checkStateDisk = (fact: Fact<DiskFact>): Finding =>
  fact.read
    ? checkDisk(
        'disk',
        fact.value,
        'Free space, or give that directory a larger disk: a flush fails when it is full.',
      )
    : notLooked('disk', fact)

export function checkDisk(
  check: CheckName,
  { name, freeBytes, totalBytes }: DiskFact,
  fix: string,
): Finding {
  const share = totalBytes === 0 ? 1 : freeBytes / totalBytes
  const message = `${name}: ${bytes(freeBytes)} free of ${bytes(totalBytes)} (${percent(share)})`
  if (share < freeShareLow || freeBytes < freeBytesLow) return problem(check, message, fix)
  return share < freeShareSoonLow ? warning(check, message, fix) : ok(check, message)
}
