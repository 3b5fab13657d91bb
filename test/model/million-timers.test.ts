/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { definitionVersion, epochMs, type ProfileId } from '#runtime/event/ids.ts'
import { openEnvironment } from '#runtime/state/index.ts'
import { newFlush } from '../../services/profiles/core/fold/flush.ts'
import { createMemoryState, newMemoryContents } from '../../services/profiles/core/memory-state.ts'
import {
  newProfile,
  type PartitionState,
  type Profile,
} from '../../services/profiles/core/state.ts'
import { emptyCodec, jsonCodec, profileCodec } from '../../services/profiles/shell/state/codec.ts'
import { openLmdbState } from '../../services/profiles/shell/state/lmdb-state.ts'
import { createNames } from '../../services/profiles/shell/state/names.ts'
import { testFold } from '../support/fold/partition.ts'
import { definitions } from './definitions.ts'

// An exit is found by its timer: nothing looks at the profiles whose time has not come, however many there are.

const million = 1_000_000
const due = 3
const start = 1_700_000_000_000
const directory = mkdtempSync(join(tmpdir(), 'tributary-timers-'))
afterAll(() => rmSync(directory, { recursive: true }))

const idOf = (n: number): ProfileId =>
  `${n.toString(16).padStart(8, '0')}-0000-5000-8000-000000000000` as ProfileId
/** The first few are due now, the rest within the next years. */
const timerOf = (n: number): number => start + (n < due ? n : 1_000_000 + n * 60_000)

const profileOf = (n: number): Profile => ({
  ...newProfile(),
  members: new Map([
    [
      `email:${n}` as never,
      {
        features: new Map(),
        traits: new Map(),
        consent: new Map(),
        seen: {
          firstAt: epochMs(1),
          lastAt: epochMs(1),
          newestReceivedAt: epochMs(1),
          events: 1,
        },
      },
    ],
  ]),
  timer: epochMs(timerOf(n)),
  shown: true,
})

/** Ticks once at `start + due` and says which profiles were looked at. */
function touchedByTick(state: PartitionState): Set<ProfileId> {
  const touched = new Set<ProfileId>()
  const counting: PartitionState = {
    ...state,
    profile(id) {
      touched.add(id)
      return state.profile(id)
    },
  }
  state.meta.definition = definitionVersion(1)
  const { fold } = testFold({ partition: 0, partitions: 1, definitions, state: counting })
  fold.message(
    {
      offset: 0,
      index: 0,
      timestamp: epochMs(start + due),
      logTime: null,
      origin: null,
      message: { position: [0, 0, 0], body: { kind: 'tick' } },
    },
    newFlush(),
  )
  return touched
}

const expected = new Set(Array.from({ length: due }, (_, n) => idOf(n)))

it('in memory, a Tick touches the due profiles of a million and no other', () => {
  const contents = newMemoryContents()
  for (let n = 0; n < million; n++) contents.profiles.set(idOf(n), profileOf(n))
  const state = createMemoryState(contents)
  expect(touchedByTick(state)).toEqual(expected)
  expect(state.meta.counters.timersFired).toBe(due)
})

it('in LMDB, a start and a Tick touch the due profiles of a million and no other', async () => {
  const identity = {
    topic: 'profile.log',
    topicId: null,
    generation: 1,
    partition: 0,
    partitions: 1,
    foldVersion: 1,
  }
  await (await openLmdbState({ directory, identity, hotMax: 100 })).close()
  await fillTimers()
  const state = await openLmdbState({ directory, identity, hotMax: 100 })
  expect(touchedByTick(state)).toEqual(expected)
  await state.commit()
  expect(state.nextTimer()?.profile).toBe(idOf(due))
  await state.close()
})

/** The rows that a million profiles leave in the store; only the due ones are ever decoded, so only they are written whole. */
async function fillTimers(): Promise<void> {
  const environment = openEnvironment(directory)
  const timers = environment.store<(number | string)[], null>('timers', emptyCodec)
  const names = createNames()
  const stored = environment.store<number, string>('names', jsonCodec())
  const profiles = environment.store<ProfileId, Profile>('profiles', profileCodec(names))
  const step = 50_000
  for (let from = 0; from < million; from += step)
    await environment.commit(() => {
      for (let n = from; n < from + step; n++) {
        timers.put([timerOf(n), idOf(n)], null)
        if (n < due) profiles.put(idOf(n), profileOf(n))
      }
      for (const [number, name] of names.taken()) stored.put(number, name)
    })
  await environment.close()
}
