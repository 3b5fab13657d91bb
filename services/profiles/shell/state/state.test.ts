/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { definitionVersion, epochMs, type FragmentId, type ProfileId } from '#runtime/event/ids.ts'
import { createMemoryState } from '../../core/memory-state.ts'
import { emptyContent } from '../../core/content/content.ts'
import { type Fragment, newProfile, type Profile } from '../../core/state.ts'
import { type DurableState, openLmdbState } from './lmdb-state.ts'

const root = mkdtempSync(join(tmpdir(), 'tributary-state-'))
afterAll(() => rmSync(root, { recursive: true }))

const identity = {
  topic: 'profile.log',
  topicId: 'x',
  generation: 1,
  partition: 0,
  partitions: 4,
  foldVersion: 1,
}
let directories = 0
const newDirectory = (): string => join(root, String(directories++))

/** One store of the contract: `reopen` gives what a process sees that starts after the last commit. */
interface Kept {
  state: DurableState
  reopen(): Promise<DurableState>
}

async function keptInMemory(): Promise<Kept> {
  const durable = (contents = createMemoryState().contents): DurableState => {
    let committed = structuredClone(contents)
    let frozen: typeof contents | null = null
    const state = createMemoryState(contents)
    return Object.assign(state, {
      cut() {
        frozen = structuredClone(contents)
        return { alone: false }
      },
      async commit() {
        committed = frozen ?? structuredClone(contents)
        frozen = null
      },
      async close() {
        last = committed
      },
    })
  }
  let last = createMemoryState().contents
  const kept: Kept = {
    state: durable(),
    async reopen() {
      await kept.state.close()
      kept.state = durable(structuredClone(last))
      return kept.state
    },
  }
  return kept
}

async function keptInLmdb(): Promise<Kept> {
  const directory = newDirectory()
  // Two hot objects only: most reads decode.
  const open = () => openLmdbState({ directory, identity, hotMax: 2 })
  const kept: Kept = {
    state: await open(),
    async reopen() {
      await kept.state.close()
      kept.state = await open()
      return kept.state
    },
  }
  return kept
}

const fragmentId = (n: number) => `email:${n}` as FragmentId
const profileId = (n: number) => `0000000${n}-0000-5000-8000-000000000000` as ProfileId

const fragment = (assigned: ProfileId): Fragment => ({
  assigned,
  content: {
    ...emptyContent(),
    features: new Map([['views@1' as never, [1, 2.5]]]),
    consent: new Map([['service', { declared: null, basisAt: epochMs(3) }]]),
    seen: { firstAt: epochMs(1), lastAt: epochMs(2), newestReceivedAt: epochMs(3), events: 4 },
  },
  erasedAt: epochMs(-1),
  expiredAt: epochMs(6),
  pace: {
    clicks: [['aaaaaaaa', epochMs(4)]],
    delivery: [7, epochMs(5)],
    windows: [
      [1, 60],
      [2, 3],
    ],
  },
})

const profile = (timer: number | null): Profile => ({
  ...newProfile(),
  members: new Map([[fragmentId(9), fragment(profileId(9)).content]]),
  segments: new Map([
    [
      'warm',
      {
        member: true,
        enteredAt: epochMs(5),
        exitedAt: null,
        ruleHash: 'r',
        definition: definitionVersion(1),
        because: { heat: 0.5 },
      },
    ],
  ]),
  timer: timer === null ? null : epochMs(timer),
  shown: true,
})

describe.each([
  ['memory', keptInMemory],
  ['LMDB', keptInLmdb],
] as const)('a partition state in %s', (_name, keep) => {
  it('keeps what was committed, with the position, and nothing else', async () => {
    const kept = await keep()
    const { state } = kept
    state.putFragment(fragmentId(1), fragment(profileId(1)))
    state.putProfile(profileId(1), profile(7))
    state.rememberEvent(fragmentId(1), 'k', epochMs(5))
    state.rememberLink(fragmentId(1), 's', epochMs(6))
    state.meta.nextOffset = 3
    state.meta.clock = epochMs(77)
    state.meta.marks.set('links', [1, 2, 3])
    await state.commit()
    state.putFragment(fragmentId(2), fragment(profileId(2)))
    state.deleteProfile(profileId(1))
    state.meta.nextOffset = 9
    const again = await kept.reopen()
    expect(again.fragment(fragmentId(1))).toEqual(fragment(profileId(1)))
    expect(again.profile(profileId(1))).toEqual(profile(7))
    expect(again.rememberedEvent(fragmentId(1), 'k')).toBe(5)
    expect(again.rememberedLink(fragmentId(1), 's')).toBe(6)
    expect(again.meta).toMatchObject({ nextOffset: 3, clock: 77 })
    expect(again.meta.marks).toEqual(new Map([['links', [1, 2, 3]]]))
    expect(again.fragment(fragmentId(2))).toBeUndefined()
    expect(again.nextTimer()).toEqual({ due: 7, profile: profileId(1) })
    await again.close()
  })

  it('commits what was cut, whatever changes until then, and the rest with the next commit', async () => {
    const kept = await keep()
    const { state } = kept
    const changing = fragment(profileId(1))
    state.putFragment(fragmentId(1), changing)
    state.putProfile(profileId(1), profile(7))
    state.rememberEvent(fragmentId(1), 'k', epochMs(5))
    state.rememberEvent(fragmentId(2), 'k', epochMs(5))
    state.meta.nextOffset = 3
    expect(state.cut()).toEqual({ alone: false })
    changing.erasedAt = epochMs(50)
    state.putFragment(fragmentId(1), changing)
    state.deleteProfile(profileId(1))
    state.putProfile(profileId(2), profile(9))
    state.rememberEvent(fragmentId(1), 'later', epochMs(8))
    state.forget(fragmentId(2))
    state.meta.nextOffset = 4
    const isAsChanged = (now: DurableState) => {
      expect(now.fragment(fragmentId(1))?.erasedAt).toBe(50)
      expect(now.profile(profileId(1))).toBeUndefined()
      expect(now.profilesAfter(null, 5)).toEqual([profileId(2)])
      expect(now.nextTimer()).toEqual({ due: 9, profile: profileId(2) })
      expect(now.rememberedEvent(fragmentId(1), 'k')).toBe(5)
      expect(now.rememberedEvent(fragmentId(1), 'later')).toBe(8)
      expect(now.rememberedEvent(fragmentId(2), 'k')).toBeUndefined()
    }
    isAsChanged(state)
    await state.commit()
    isAsChanged(state)
    const asCut = await kept.reopen()
    expect(asCut.meta.nextOffset).toBe(3)
    expect(asCut.fragment(fragmentId(1))?.erasedAt).toBe(-1)
    expect(asCut.profilesAfter(null, 5)).toEqual([profileId(1)])
    expect(asCut.nextTimer()).toEqual({ due: 7, profile: profileId(1) })
    expect(asCut.rememberedEvent(fragmentId(1), 'later')).toBeUndefined()
    expect(asCut.rememberedEvent(fragmentId(2), 'k')).toBe(5)
    await asCut.close()
  })

  it('commits what changed after a cut with the next commit', async () => {
    const kept = await keep()
    const { state } = kept
    state.putProfile(profileId(1), profile(7))
    state.cut()
    state.deleteProfile(profileId(1))
    state.putProfile(profileId(1), profile(8))
    state.rememberLink(fragmentId(1), 's', epochMs(6))
    await state.commit()
    expect(state.profilesAfter(null, 5)).toEqual([profileId(1)])
    await state.commit()
    const again = await kept.reopen()
    expect(again.profile(profileId(1))).toEqual(profile(8))
    expect(again.nextTimer()).toEqual({ due: 8, profile: profileId(1) })
    expect(again.rememberedLink(fragmentId(1), 's')).toBe(6)
    await again.close()
  })

  it('forgets one fragment only', async () => {
    const kept = await keep()
    const { state } = kept
    for (const n of [1, 11]) {
      state.rememberEvent(fragmentId(n), 'committed', epochMs(5))
      state.rememberLink(fragmentId(n), 'committed', epochMs(5))
    }
    await state.commit()
    for (const n of [1, 11]) state.rememberEvent(fragmentId(n), 'new', epochMs(5))
    state.forget(fragmentId(1))
    state.rememberEvent(fragmentId(1), 'after', epochMs(6))
    const check = (now: DurableState) => {
      expect(now.rememberedEvent(fragmentId(1), 'committed')).toBeUndefined()
      expect(now.rememberedEvent(fragmentId(1), 'new')).toBeUndefined()
      expect(now.rememberedLink(fragmentId(1), 'committed')).toBeUndefined()
      expect(now.rememberedEvent(fragmentId(1), 'after')).toBe(6)
      expect(now.rememberedEvent(fragmentId(11), 'committed')).toBe(5)
      expect(now.rememberedEvent(fragmentId(11), 'new')).toBe(5)
    }
    check(state)
    await state.commit()
    check(state)
    check(await kept.reopen())
    await kept.state.close()
  })

  it('removes what counts as forgotten, and keeps what was remembered anew since', async () => {
    const kept = await keep()
    const { state } = kept
    state.rememberLink(fragmentId(1), 'old', epochMs(5))
    state.rememberLink(fragmentId(1), 'renewed', epochMs(5))
    await state.commit()
    state.rememberLink(fragmentId(1), 'renewed', epochMs(50))
    await state.commit()
    state.meta.linksForgottenBefore = epochMs(20)
    state.expireMemory(1000)
    await state.commit()
    const again = await kept.reopen()
    expect(again.rememberedLink(fragmentId(1), 'old')).toBeUndefined()
    expect(again.rememberedLink(fragmentId(1), 'renewed')).toBe(50)
    await again.close()
  })

  it('is a sorted map of profiles with an ordered index of their timers, over any commits', async () => {
    const step = fc.record({
      id: fc.nat(9),
      timer: fc.option(fc.nat(20)),
      action: fc.constantFrom('put', 'put', 'delete', 'cut', 'commit', 'reopen'),
      after: fc.option(fc.nat(9)),
      limit: fc.integer({ min: 1, max: 4 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const kept = await keep()
        let { state } = kept
        let model = new Map<ProfileId, number | null>()
        let committed = new Map(model)
        let cut: typeof model | null = null
        for (const { id, timer, action, after, limit } of steps) {
          if (action === 'put') {
            // As the fold does: what is there already is changed in place.
            const held = state.profile(profileId(id))
            if (held !== undefined) held.timer = timer === null ? null : epochMs(timer)
            state.putProfile(profileId(id), held ?? profile(timer))
            model.set(profileId(id), timer)
          } else if (action === 'delete') {
            state.deleteProfile(profileId(id))
            model.delete(profileId(id))
          } else if (action === 'cut') {
            if (cut === null) state.cut()
            cut ??= new Map(model)
          } else if (action === 'commit') {
            await state.commit()
            committed = cut ?? new Map(model)
            cut = null
          } else {
            state = await kept.reopen()
            model = new Map(committed)
            cut = null
          }
          const from = after === null ? null : profileId(after)
          const ids = [...model.keys()].toSorted().filter((each) => from === null || each > from)
          expect(state.profilesAfter(from, limit)).toEqual(ids.slice(0, limit))
          const due = [...model]
            .flatMap(([each, at]) => (at === null ? [] : [{ due: at, profile: each }]))
            .toSorted((a, b) => a.due - b.due || (a.profile < b.profile ? -1 : 1))
          expect(state.nextTimer()).toEqual(due[0])
          for (const each of model.keys())
            expect(state.profile(each)?.timer).toBe(model.get(each) ?? null)
        }
        await state.close()
      }),
      { numRuns: _name === 'memory' ? 100 : 15 },
    )
  })
})

describe('a state directory', () => {
  it('of another log, generation, partition or fold is refused with both values', async () => {
    const directory = newDirectory()
    await (await openLmdbState({ directory, identity, hotMax: 2 })).close()
    await expect(
      openLmdbState({ directory, identity: { ...identity, foldVersion: 2 }, hotMax: 2 }),
    ).rejects.toThrow(/foldVersion 1, this process needs 2/)
    const again = await openLmdbState({ directory, identity, hotMax: 2 })
    await again.close()
  })

  it('is never opened twice', async () => {
    const directory = newDirectory()
    const state = await openLmdbState({ directory, identity, hotMax: 2 })
    await expect(openLmdbState({ directory, identity, hotMax: 2 })).rejects.toMatchObject({
      code: 'TRB_STATE_IN_USE',
    })
    await state.close()
  })
})
