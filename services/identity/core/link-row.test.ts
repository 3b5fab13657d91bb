import fc from 'fast-check'
import { expect, it } from 'vitest'
import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import type { LinksRecord } from '#runtime/log/links.ts'
import { rowVersion } from '#runtime/log/version.ts'
import type { IdentityLinkRow } from '#schemas/clickhouse/rows.ts'
import { decidedSoFar, linkRow } from './link-row.ts'
import type { LinkerState } from './state.ts'
import { anyHistory } from './testing/histories.ts'
import { command, link, testLinker, testPolicy } from './testing/log.ts'

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the rows are of these histories
const fragmentOf = (id: string): FragmentId => id as FragmentId

/** The rows of a history, as the flush writes them. */
function rowsOf(...history: readonly LinksRecord[]): readonly IdentityLinkRow[] {
  const linker = testLinker(testPolicy())
  const { meta } = linker.state
  return history.flatMap((record, offset) => {
    const { clock, policy } = meta
    const before = decidedSoFar(meta)
    const effects = linker.say(record)
    if (decidedSoFar(meta) === before) return []
    if (record.kind !== 'link' && record.kind !== 'command') return []
    return [linkRow(offset, rowVersion(0, offset, 0), { record, clock, policy }, effects)]
  })
}

/** What is left of the rows of a history once erasures have removed theirs. */
function rowsLeft(history: readonly LinksRecord[]): {
  readonly rows: readonly IdentityLinkRow[]
  readonly state: LinkerState
} {
  const linker = testLinker(testPolicy())
  const { state } = linker
  const rows = new Map<number, IdentityLinkRow>()
  for (const [offset, record] of history.entries()) {
    const { clock, policy } = state.meta
    const before = decidedSoFar(state.meta)
    const effects = linker.say(record)
    if ((record.kind === 'link' || record.kind === 'command') && decidedSoFar(state.meta) > before)
      rows.set(offset, linkRow(offset, '0', { record, clock, policy }, effects))
    for (const effect of effects)
      if (effect.kind === 'tombstone' && effect.offset !== undefined) rows.delete(effect.offset)
  }
  return { rows: [...rows.values()], state }
}

it('says of every record what became of it', () => {
  const rows = rowsOf(
    link('u:A d:1'),
    link('u:A d:1'),
    link('u:B e:1'),
    link('u:A e:1'),
    link('u:A e:1 e:2'),
    link('u:C d:1'),
    link('u:D !e:9'),
    command('split', 'd:1'),
    command('unsplit', 'd:1'),
    command('merge', 'u:A u:B'),
  )
  expect(rows.map(({ kind, fate }) => `${kind} ${fate}`)).toEqual([
    'link merge',
    'link confirm',
    'link merge',
    'link refuse',
    'link merge',
    'link ambiguous',
    'link block',
    'split split',
    'unsplit unsplit',
    'merge merge',
  ])
})

it('has one row for each record that was decided upon: none for what was known or came too late', () => {
  const known = link('u:A e:1', { receivedAt: epochMs(1) })
  const late = link('u:A e:2', { receivedAt: epochMs(1) })
  const rows = rowsOf(known, known, command('erase', 'u:A', { at: 5 }), late)
  expect(rows.map(({ kind }) => kind)).toEqual(['link', 'erase'])
})

it('keeps what the linker held when it came to a record, and whom an erasure named not at all', () => {
  const [first, second, erasure] = rowsOf(
    link('u:A !e:9', { logTime: epochMs(1000) }),
    link('u:A e:1', { logTime: epochMs(500) }),
    command('erase', 'u:A', { at: 2000 }),
  )
  expect(first?.blocked).toEqual(['', 'builtin:test'])
  expect(first?.clock).toBe(0)
  expect(second?.clock).toBe(1000)
  expect(erasure).toMatchObject({ identifiers: [], blocked: [], fate: 'erase' })
})

it('no link and no merge that named somebody is left after an erasure, and those of others are', () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      const { rows, state } = rowsLeft(history)
      const left = rows.filter(({ kind }) => kind === 'link' || kind === 'merge')
      // Junk is nobody: nothing is kept about it, and an erasure has nothing to look it up by.
      const named = left.flatMap(({ identifiers, blocked }) =>
        identifiers.filter((_, place) => blocked[place] === ''),
      )
      expect(left.filter(({ link_id: id }) => state.evidence(id) === undefined)).toEqual([])
      // Erased, and not seen since.
      const isGone = (id: string): boolean => (state.node(fragmentOf(id))?.first ?? -1) < 0
      expect(named.filter(isGone)).toEqual([])
    }),
    { numRuns: 300 },
  )
})
