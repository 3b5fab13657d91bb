import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { identityPolicy } from '#runtime/definition/identity-policy.ts'
import { identitySchema } from '#runtime/definition/schema.ts'
import { birthProfileId } from '#runtime/pseudonym/pseudonym.ts'
import { wholeNumber } from '../../../services/cli/commands/whole-number.ts'
import { createLinker } from '../../../services/identity/core/linker.ts'
import { foldVersion, openLmdbState } from '../../../services/identity/shell/lmdb-state.ts'
import { worstCases } from './worst-histories.ts'

// What single records cost in the worst cases. `effects` is a digest of all that the fold said: two versions that decide alike print the same.

const program = new Command('worst-cases')
  .description(
    'The slowest records that the linker knows of: milliseconds of each in the fold and in the commit behind it, with the state in LMDB',
  )
  .addOption(new Option('--case <case>', 'default: all').choices(Object.keys(worstCases)))
  .option('--records <n>', 'of a case that can have any number', wholeNumber, 200)
  .option('--records-per-commit <n>', 'as a flush has them', wholeNumber, 1)
  .parse()
const options = program.opts<{
  case?: keyof typeof worstCases
  records: number
  recordsPerCommit: number
}>()

const names = options.case
  ? [options.case]
  : (['star', 'mesh', 'busy', 'splits', 'commands'] as const)

interface Figures {
  readonly fold: readonly number[]
  readonly commit: readonly number[]
  readonly effects: string
}

async function measured(name: keyof typeof worstCases, directory: string): Promise<Figures> {
  const { policy, before, measured: records } = worstCases[name](options.records)
  const identity = identityPolicy(identitySchema.parse(policy))
  const state = await openLmdbState({
    directory,
    identity: { topic: 'identity.links', topicId: null, generation: 0, foldVersion },
    hotMax: 200_000,
  })
  const linker = createLinker({ state, policies: () => identity, birthProfileId })
  const effects = createHash('sha256')
  for (const [offset, record] of before.entries())
    effects.update(JSON.stringify(linker.fold({ offset, key: String(offset), record })))
  await state.commit()
  const fold: number[] = []
  const commit: number[] = []
  for (const [place, record] of records.entries()) {
    const offset = before.length + place
    const since = performance.now()
    const said = linker.fold({ offset, key: String(offset), record })
    const folded = performance.now()
    fold.push(folded - since)
    effects.update(JSON.stringify(said))
    if ((place + 1) % options.recordsPerCommit > 0) continue
    const began = performance.now()
    await state.commit()
    commit.push(performance.now() - began)
  }
  await state.close()
  return { fold, commit, effects: effects.digest('hex').slice(0, 12) }
}

const shown = (times: readonly number[]): string => {
  const sorted = times.toSorted((a, b) => a - b)
  const sum = sorted.reduce((total, time) => total + time, 0)
  return [sorted[sorted.length >> 1] ?? 0, sorted.at(-1) ?? 0, sum]
    .map((ms) => ms.toFixed(2))
    .join(' | ')
}

process.stdout.write(
  '| case | records | fold ms: median | most | all | commit ms: median | most | all | effects |\n|---|--:|--:|--:|--:|--:|--:|--:|---|\n',
)
for (const name of names) {
  const directory = mkdtempSync(join(tmpdir(), 'tributary-bench-'))
  try {
    const { fold, commit, effects } = await measured(name, directory)
    process.stdout.write(
      `| ${name} | ${fold.length} | ${shown(fold)} | ${shown(commit)} | ${effects} |\n`,
    )
  } finally {
    rmSync(directory, { recursive: true })
  }
}
