import { Packr } from 'msgpackr'
import { expect, it } from 'vitest'
import { newFragment } from '../../core/fold/apply-event.ts'
import { newCounters, newPartitionMeta } from '../../core/state.ts'
import { birthProfileId } from '#runtime/pseudonym/pseudonym.ts'
import { fragmentCodec, metaCodec } from './codec.ts'

const packr = new Packr({ useRecords: false, moreTypes: false })
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- names of a test are ids by decree
const birth = birthProfileId('email:1' as never)

it('a fragment without a pace is written as it was before there was one, and read', () => {
  const fragment = newFragment(birth)
  const bytes = packr.pack([birth, -1, [[], [], [], null]])
  expect(Buffer.from(fragmentCodec.encode(fragment))).toEqual(Buffer.from(bytes))
  expect(fragmentCodec.decode(bytes)).toEqual(fragment)
})

it('counters that the writer did not know begin at nothing', () => {
  const { counters, marks, ...rest } = newPartitionMeta()
  const { machineRate, ...older } = { ...counters, applied: 7 }
  const bytes = packr.pack({ ...rest, marks: [...marks], counters: older })
  expect(machineRate).toBe(0)
  expect(metaCodec.decode(bytes).counters).toEqual({ ...newCounters(), applied: 7 })
})
