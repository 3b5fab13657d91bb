import { expect, it } from 'vitest'
import { epochMs } from '#runtime/event/ids.ts'
import type { LinksRecord } from '#runtime/log/links.ts'
import { rowVersion } from '#runtime/log/version.ts'
import type { IdentityLinkRow } from '#schemas/clickhouse/rows.ts'
import { decidedSoFar, linkRow } from './link-row.ts'
import { command, link, testLinker, testPolicy } from './testing/log.ts'

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
