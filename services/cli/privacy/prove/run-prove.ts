import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { asError, TributaryError } from '#runtime/errors/index.ts'
import { phoneRegionOf } from '../../profile/phone-region.ts'
import { type AuditTrail, audited } from '../../shell/audit.ts'
import { toJsonLine } from '../../shell/json.ts'
import type { ExitStatus, Terminal } from '../../shell/terminal.ts'
import { openPrivacy } from '../open-privacy.ts'
import { openReceipt } from '../receipt.ts'
import type { Finding } from './finding.ts'
import { prove } from './prove.ts'

export interface ProveArguments {
  readonly receipt: string
  readonly phoneRegion: string | null
  readonly reason: string
  /** null: the account of this process. */
  readonly by: string | null
  readonly json: boolean
}

/** `tributary privacy prove`. 1: something of the person is where it should not be any more. */
export const runProve = async (terminal: Terminal, asked: ProveArguments): Promise<ExitStatus> =>
  audited(terminal, { command: 'privacy prove', ...asked }, async (trail) =>
    proveReceipt(terminal, asked, trail),
  )

async function proveReceipt(
  terminal: Terminal,
  asked: ProveArguments,
  trail: AuditTrail,
): Promise<ExitStatus> {
  const text = await readReceipt(terminal, asked.receipt)
  await using privacy = await openPrivacy(terminal, phoneRegionOf(asked.phoneRegion))
  const receipt = openReceipt(privacy.key, text)
  const at = terminal.now()
  const findings = await prove(privacy, receipt, at.getTime())
  const found = findings.filter(({ status }) => status === 'found').length
  const view = {
    command_id: receipt.command_id,
    erased_at: receipt.erased_at,
    looked_at: at,
    bound_until: receipt.bound_until,
    proven: found === 0,
    findings,
  }
  trail.about(receipt.identifiers)
  trail.add({
    command_id: receipt.command_id,
    found: findings.filter(({ status }) => status === 'found').map(({ place }) => place),
  })
  terminal.stdout.write(asked.json ? toJsonLine(view) : printProof(findings, found))
  return found === 0 ? 0 : 1
}

async function readReceipt(terminal: Terminal, file: string): Promise<string> {
  try {
    return await readFile(resolve(terminal.cwd, file), 'utf8')
  } catch (cause) {
    throw new TributaryError('TRB_USAGE', `${file} cannot be read: ${asError(cause).message}`, {
      cause,
      hint: 'Give the file that tributary privacy erase --receipt FILE has written.',
    })
  }
}

const words = {
  gone: 'gone',
  within_bound: 'within its bound',
  kept: 'kept on purpose',
  company: 'yours',
  unknown: 'not looked at',
  found: 'FOUND',
} as const

function printProof(findings: readonly Finding[], found: number): string {
  const width = Math.max(...findings.map(({ place }) => place.length))
  const lines = findings.map(
    ({ detail, place, status, until }) =>
      `${place.padEnd(width)}  ${words[status]}${until === null ? '' : ` until ${until}`}: ${detail}`,
  )
  const verdict =
    found === 0
      ? 'Nothing of the person is where it should not be.'
      : `${found} places hold something of the person.`
  return `${[...lines, verdict].join('\n')}\n`
}
