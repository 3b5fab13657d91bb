/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import { expect, it } from 'vitest'
import { epochMs, type FragmentId, type ProfileId } from '#runtime/event/ids.ts'
import { decodeFrame } from '#runtime/log/frame.ts'
import { rowVersion } from '#runtime/log/version.ts'
import type { LinkerEffect } from '../core/effects.ts'
import { encodeEffects, type FoldedRecord } from './encode-effects.ts'

const encoding = {
  topics: { profileLog: 'profile.log', decisions: 'identity.decisions', links: 'identity.links' },
  generation: 1,
  partitions: 1,
  decisionSchemaId: 1,
}

const effects = (id: string): readonly LinkerEffect[] => [
  { kind: 'assign', fragment: `email:${id}` as FragmentId, profile: 'p' as ProfileId },
  {
    kind: 'decision',
    decision: {
      id,
      at: epochMs(1),
      rule: 'shared_event',
      outcome: 'merge',
      linkId: id,
      evidence: [],
      source: 'shop',
      identifiers: [],
      demoted: [],
      before: [],
      after: [],
    },
  },
]
const folded = (offset: number, logTime: number | null): FoldedRecord => ({
  offset,
  logTime: logTime === null ? null : epochMs(logTime),
  effects: effects(`d${offset}`),
  decided: null,
})

it('decisions of a generation that is built are for its tables only', () => {
  const { batches, decisions } = encodeEffects([folded(3, 50), folded(4, null)], encoding)
  expect(decisions.map(({ decision_id: id }) => id)).toEqual(['d3', 'd4'])
  const said = batches.filter(({ topic }) => topic === 'identity.decisions')
  expect(said.flatMap(({ records }) => records.map(({ key }) => String(key)))).toEqual(['d4'])
})

it('messages of one time share a frame, and their order is that of the log', () => {
  const records = [folded(3, 50), folded(4, 50), folded(5, 0), folded(6, null)]
  const [log] = encodeEffects(records, encoding).batches
  const frames = log?.records.map(({ value }) => decodeFrame(value ?? new Uint8Array())) ?? []
  expect(frames.map(({ logTime }) => logTime)).toEqual([50, 0, null])
  expect(frames.flatMap(({ messages }) => messages.map(({ position }) => position[0]))).toEqual([
    3, 4, 5, 6,
  ])
})

it('what an erasure removes leaves a row without content in the place of its own', () => {
  const erasing: FoldedRecord = {
    offset: 9,
    logTime: null,
    effects: [
      { kind: 'tombstone', key: 'known', offset: 4 },
      { kind: 'tombstone', key: 'never decided upon' },
    ],
    decided: null,
  }
  const { links, batches } = encodeEffects([erasing], encoding)
  expect(batches[0]?.records.length).toBe(2)
  expect(links).toMatchObject([{ offset: 4, version: rowVersion(1, 9, 0), deleted: 1 }])
  expect(JSON.stringify(links)).not.toContain('known')
})
