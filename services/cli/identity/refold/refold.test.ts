import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import type { LinksRecord } from '#runtime/log/links.ts'
import { birthProfileId } from '#runtime/pseudonym/pseudonym.ts'
import { anyHistory } from '../../../identity/core/testing/histories.ts'
import { fragment, link, namedIn, testPolicy } from '../../../identity/core/testing/log.ts'
import { linkTable } from '../testing/link-table.ts'

/** An erasure removes evidence, so that a refold may know less than the linker does. */
const withoutErasures = anyHistory.map((history) =>
  history.filter((record) => record.kind !== 'command' || record.action !== 'erase'),
)

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- short names stand for pseudonyms
const abroad = (id: FragmentId): FragmentId => `${id}-abroad` as FragmentId

/** Two worlds that never meet, in one log; an operator names people of both. */
function apart(history: readonly LinksRecord[], there: readonly boolean[]): readonly LinksRecord[] {
  return history.map((record, place) => {
    const isThere = there[place % there.length] ?? false
    if (record.kind === 'link')
      return isThere
        ? {
            ...record,
            identifiers: record.identifiers.map((one) => ({ ...one, id: abroad(one.id) })),
          }
        : record
    if (record.kind !== 'command' || !isThere) return record
    const { action, fragments } = record
    return {
      ...record,
      fragments: fragments.map((id, n) => (action === 'merge' || n % 2 === 0 ? abroad(id) : id)),
    }
  })
}

/** Times that grow by up to a third of a lifetime. */
const spread = (
  history: readonly LinksRecord[],
  steps: readonly number[],
): readonly LinksRecord[] => {
  let at = 0
  return history.map((record, place) => {
    at += steps[place % steps.length] ?? 0
    const time = epochMs(at)
    if (record.kind === 'link')
      return { ...record, logTime: time, occurredAt: time, receivedAt: time }
    return record.kind === 'command' ? { ...record, at: time } : record
  })
}

async function agrees(history: readonly LinksRecord[], lifetime?: string): Promise<void> {
  const policy = testPolicy(lifetime === undefined ? {} : { link_lifetime: lifetime })
  const table = linkTable(history, policy)
  for (const id of namedIn(history)) {
    const { refolded, closure } = await table.refoldOf([id])
    const { complete, identifiers } = closure
    expect(complete).toBe(true)
    expect(new Set([...identifiers].map((one) => one.endsWith('-abroad'))).size).toBe(1)
    expect(refolded.profileOf(id)).toBe(birthProfileId(table.state.node(id)?.component ?? id))
    expect(refolded.state.node(id)?.bars).toEqual(table.state.node(id)?.bars)
  }
}

describe('folding only what hangs together with an identifier', () => {
  it('gives the profile that the linker gave, whatever else was in the log', async () => {
    const worlds = fc.array(fc.boolean(), { minLength: 3, maxLength: 9 })
    await fc.assert(
      fc.asyncProperty(withoutErasures, worlds, async (history, there) =>
        agrees(apart(history, there)),
      ),
      { numRuns: 300 },
    )
  })

  it('does so too when links grow old', async () => {
    const steps = fc.array(fc.nat(4 * 86_400_000), { minLength: 3, maxLength: 9 })
    await fc.assert(
      fc.asyncProperty(withoutErasures, steps, async (history, gaps) =>
        agrees(spread(history, gaps), '10d'),
      ),
      { numRuns: 300 },
    )
  })

  it('says when there is more than it may read', async () => {
    const history = Array.from({ length: 20 }, (_, n) => link(`u:A d:${n}`))
    const table = linkTable(history, testPolicy())
    const { closure } = await table.refoldOf([fragment('u:A')], 5)
    const { complete, records } = closure
    expect({ complete, read: records.length }).toEqual({ complete: false, read: 5 })
    expect((await table.refoldOf([fragment('u:A')], 20)).closure.complete).toBe(true)
  })
})
