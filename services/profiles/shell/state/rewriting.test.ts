/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { epochMs, type FragmentId, type ProfileId } from '#runtime/event/ids.ts'
import { clearContent, emptyContent } from '../../core/content/content.ts'
import type { Fragment } from '../../core/state.ts'
import { type LmdbState, openLmdbState } from './lmdb-state.ts'

const directory = mkdtempSync(join(tmpdir(), 'tributary-rewriting-'))
afterAll(() => rmSync(directory, { recursive: true }))

const identity = {
  topic: 'profile.log',
  topicId: 'x',
  generation: 1,
  partition: 0,
  partitions: 4,
  foldVersion: 1,
}
const hour = 3_600_000
const start = 1_700_000_000_000
const id = 'email:quetz' as FragmentId
const canary = 'Quetzalina'

const open = async (): Promise<LmdbState> =>
  openLmdbState({
    directory,
    identity,
    hotMax: 10,
    rewriting: {
      afterMs: 24 * hour,
      onFailure: (error) => {
        throw error
      },
    },
  })
const holds = (): boolean =>
  readFileSync(join(directory, 'data.mdb')).toString('latin1').includes(canary)

async function commitAt(state: LmdbState, hours: number): Promise<void> {
  state.meta.clock = epochMs(start + hours * hour)
  await state.commit()
}

const someone = (): Fragment => ({
  assigned: '00000001-0000-5000-8000-000000000000' as ProfileId,
  content: {
    ...emptyContent(),
    traits: new Map([
      [
        'first_name',
        [
          {
            value: canary,
            source: 'app',
            party: 'first',
            kind: 'declared',
            at: epochMs(start),
            eventKey: 'e1',
          },
        ],
      ],
    ]),
    seen: {
      firstAt: epochMs(1),
      lastAt: epochMs(2),
      newestReceivedAt: epochMs(3),
      events: 4,
    },
  },
  erasedAt: epochMs(-1),
  expiredAt: epochMs(-1),
  pace: null,
})

test('bytes of an erased person are out of the file by a day of log time after the erasure, across restarts, and others stay', async () => {
  let state = await open()
  state.putFragment(id, someone())
  state.putFragment('email:other' as FragmentId, { ...someone(), content: emptyContent() })
  await commitAt(state, 0)
  expect(state.rewriteDue?.()).toBeNull()
  const fragment = state.fragment(id) ?? someone()
  clearContent(fragment.content)
  state.putFragment(id, fragment)
  state.leaveResidue()
  await commitAt(state, 1)
  expect(state.rewriteDue?.()).toBe(start + 25 * hour)
  expect(holds()).toBe(true)
  await state.close()
  state = await open()
  expect(state.rewriteDue?.()).toBe(start + 25 * hour)
  await commitAt(state, 24)
  expect(holds()).toBe(true)
  await commitAt(state, 25)
  expect(holds()).toBe(false)
  expect(state.rewriteDue?.()).toBeNull()
  expect(state.fragment('email:other' as FragmentId)?.assigned).toBe(someone().assigned)
  await state.close()
  state = await open()
  expect(state.rewriteDue?.()).toBeNull()
  expect(state.meta.clock).toBe(start + 25 * hour)
  await state.close()
})
