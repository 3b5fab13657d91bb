import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createLooseEnds } from '../core/loose-ends.ts'
import { createMemoryState } from '../core/memory-state.ts'
import { dumpState } from '../core/testing/dump.ts'
import { fullHistory } from '../core/testing/histories.ts'
import { link, namedIn, testLinker, testPolicy } from '../core/testing/log.ts'
import { foldVersion, type LmdbStateOptions, openLmdbState } from './lmdb-state.ts'

let root = ''
let made = 0
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tributary-linker-'))
})
afterEach(() => rmSync(root, { recursive: true }))

/** Every rule, within reach of a history. */
const policy = testPolicy({
  cap: 7,
  types: { email: { limit: '2 per 6s', blocked: [] } },
  automatic_block: '3 per 8s',
  link_lifetime: '12s',
})

function options(): LmdbStateOptions {
  made += 1
  return {
    directory: join(root, String(made)),
    identity: { topic: 'identity.links', topicId: 'a', generation: 0, foldVersion },
    // So few that most of what is asked for comes from the store.
    hotMax: 2,
    // So few that most identifiers and profiles have more.
    near:
      made % 2 === 0 ? { referencesMax: 1, membersMax: 2 } : { referencesMax: 3, membersMax: 4 },
  }
}

it('gives the state that memory gives, wherever it commits and whenever it is opened anew', async () => {
  await fc.assert(
    fc.asyncProperty(
      fullHistory,
      fc.array(fc.constantFrom('go on', 'commit', 'open anew'), { minLength: 40, maxLength: 40 }),
      async (history, events) => {
        const inMemory = testLinker(policy, createMemoryState())
        const expected = inMemory.say(...history)
        const at = options()
        let state = await openLmdbState(at)
        // Of all profiles, so that whatever falls apart is asked for a piece at a time.
        const linkerOf = () => testLinker(policy, state, createLooseEnds({ smallMax: 1 }))
        let linker = linkerOf()
        const effects = []
        for (const [place, record] of history.entries()) {
          effects.push(...linker.say(record))
          const event = events[place] ?? 'go on'
          if (event === 'go on') continue
          await state.commit()
          if (event === 'commit') continue
          await state.close()
          state = await openLmdbState(at)
          linker = linkerOf()
        }
        const ids = namedIn(history)
        const dump = dumpState(state, ids)
        await state.commit()
        await state.close()
        state = await openLmdbState(at)
        const kept = dumpState(state, ids)
        await state.close()
        expect(effects).toEqual(expected)
        expect(dump).toBe(dumpState(inMemory.state, ids))
        expect(kept).toBe(dump)
      },
    ),
    { numRuns: 40 },
  )
})

it('loses what was not committed, all of it', async () => {
  const at = options()
  const first = await openLmdbState(at)
  testLinker(policy, first).say(link('u:A e:1'))
  await first.commit()
  const before = dumpState(first, namedIn([link('u:A e:1 d:1')]))
  testLinker(policy, first).say(link('u:A d:1'))
  await first.close()
  const second = await openLmdbState(at)
  expect(dumpState(second, namedIn([link('u:A e:1 d:1')]))).toBe(before)
  await second.close()
})

it('refuses the state of another log', async () => {
  const at = options()
  await (await openLmdbState(at)).close()
  await expect(
    openLmdbState({ ...at, identity: { ...at.identity, topicId: 'b' } }),
  ).rejects.toMatchObject({ code: 'TRB_STATE_FOREIGN' })
})
