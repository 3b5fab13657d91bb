import { Packr } from 'msgpackr'
import { expect, it } from 'vitest'
import { newFragment } from '../../core/fold/apply-event.ts'
import { newCounters, newPartitionMeta } from '../../core/state.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { birthProfileId } from '#runtime/pseudonym/pseudonym.ts'
import {
  fragmentCodec as fragmentCodecOf,
  metaCodec,
  profileCodec as profileCodecOf,
} from './codec.ts'
import { createNames } from './names.ts'

const packr = new Packr({ useRecords: false, moreTypes: false })
const names = createNames()
const fragmentCodec = fragmentCodecOf(names)
const profileCodec = profileCodecOf(names)
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- names of a test are ids by decree
const birth = birthProfileId('email:1' as never)
const birthBytes = Buffer.from(birth.replaceAll('-', ''), 'hex')

it('a fragment without a pace has no place for one, and its profile is read as bytes or, in older rows, as text', () => {
  const fragment = newFragment(birth)
  const bytes = packr.pack([birthBytes, -1, [[], [], [], null]])
  expect(Buffer.from(fragmentCodec.encode(fragment))).toEqual(Buffer.from(bytes))
  expect(fragmentCodec.decode(bytes)).toEqual(fragment)
  expect(fragmentCodec.decode(packr.pack([birth, -1, [[], [], [], null]]))).toEqual(fragment)
})

it('counters that the writer did not know begin at nothing', () => {
  const { counters, marks, ...rest } = newPartitionMeta()
  const { machineRate, ...older } = { ...counters, applied: 7 }
  const bytes = packr.pack({ ...rest, marks: [...marks], counters: older })
  expect(machineRate).toBe(0)
  expect(metaCodec(0).decode(bytes).counters).toEqual({ ...newCounters(), applied: 7 })
})

it('a state of before generations were built says whether it serves by its number', () => {
  const { live, marks, ...rest } = newPartitionMeta()
  const bytes = packr.pack({ ...rest, marks: [...marks] })
  expect(live).toBe(true)
  expect([0, 1].map((generation) => metaCodec(generation).decode(bytes).live)).toEqual([
    true,
    false,
  ])
  const built = { ...newPartitionMeta(3), live: true }
  expect(metaCodec(3).decode(metaCodec(3).encode(built))).toEqual(built)
})

it('memberships, declarations of consent and names are read from older rows too, which have them written out', () => {
  const declared = { declared: { state: 'granted', at: 5 }, basisAt: null }
  const basis = { declared: null, basisAt: 7 }
  const consent = [
    ['marketing', declared],
    ['service', basis],
  ]
  const fragment = fragmentCodec.decode(packr.pack([birth, -1, [[], [], consent, null]]))
  expect([...fragment.content.consent]).toEqual(consent)
  expect(fragmentCodec.decode(fragmentCodec.encode(fragment))).toEqual(fragment)

  const membership = {
    member: true,
    enteredAt: 5,
    exitedAt: null,
    ruleHash: 'a-hash',
    definition: 2,
    because: { orders: 3 },
  }
  const profile = profileCodec.decode(
    packr.pack([[], null, [['buyers', membership]], null, true, null, false]),
  )
  expect([...profile.segments]).toEqual([['buyers', membership]])
  expect(profileCodec.decode(profileCodec.encode(profile))).toEqual(profile)
})

it('names are written out when there is no number left for them', () => {
  const none = { numberOf: () => undefined, nameOf: () => '', taken: () => [] }
  const fragment = newFragment(birth)
  fragment.content.consent.set('marketing', { declared: null, basisAt: epochMs(7) })
  const bytes = fragmentCodecOf(none).encode(fragment)
  expect(Buffer.from(bytes)).toEqual(
    packr.pack([birthBytes, -1, [[], [], [['marketing', [7]]], null]]),
  )
  expect(fragmentCodecOf(none).decode(bytes)).toEqual(fragment)
})
