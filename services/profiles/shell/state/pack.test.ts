import { expect, it } from 'vitest'
import { createMemoryState } from '../../core/memory-state.ts'
import type { FragmentContent, Membership } from '../../core/state.ts'
import { fillPartition } from '../../../../test/support/state/sample-states.ts'
import {
  fragmentCodec as fragmentCodecOf,
  profileCodec as profileCodecOf,
  timeCodec,
} from './codec.ts'
import { createNames } from './names.ts'
import { packr } from './write-message-pack.ts'
import { epochMs } from '#runtime/event/ids.ts'

const { contents } = (() => {
  const state = createMemoryState()
  fillPartition(state)
  return state
})()

const names = createNames()
const fragmentCodec = fragmentCodecOf(names)
const profileCodec = profileCodecOf(names)
const numberOf = (name: string): number | undefined => names.numberOf(name)

const bytesOf = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex')

/** The packed form, in words that any reader of MessagePack has. */
const formOf = ({ features, traits, consent, seen }: FragmentContent): unknown => [
  [...features].map(([feature, state]) => [numberOf(feature), state]),
  [...traits].map(([trait, candidates]) => [numberOf(trait), candidates]),
  [...consent].map(([purpose, { basisAt, declared }]) => [
    numberOf(purpose),
    declared === null ? [basisAt] : [basisAt, numberOf(declared.state), declared.at],
  ]),
  seen === null ? null : [seen.firstAt, seen.lastAt, seen.newestReceivedAt, seen.events],
]

const listOf = (membership: Membership): unknown => [
  membership.member,
  membership.enteredAt,
  membership.exitedAt,
  numberOf(membership.ruleHash),
  membership.definition,
  membership.because,
]

it('a fragment is its packed form in MessagePack, and is read again', () => {
  for (const fragment of contents.fragments.values()) {
    const { assigned, erasedAt, expiredAt, content, pace } = fragment
    const packedPace = pace === null ? null : [pace.clicks, pace.delivery, pace.windows]
    const form: unknown[] = [bytesOf(assigned), erasedAt, formOf(content)]
    if (pace !== null || expiredAt >= 0) form.push(packedPace)
    if (expiredAt >= 0) form.push(expiredAt)
    expect(Buffer.from(fragmentCodec.encode(fragment))).toEqual(packr.pack(form))
    expect(fragmentCodec.decode(fragmentCodec.encode(fragment))).toEqual(fragment)
  }
})

it('a profile is its packed form in MessagePack, and is read again', () => {
  for (const profile of contents.profiles.values()) {
    const { members, own, segments, timer, shown, askedAt, thinned } = profile
    const form = [
      [...members].map(([id, content]) => [id, formOf(content)]),
      own,
      [...segments].map(([segment, membership]) => [numberOf(segment), listOf(membership)]),
      timer,
      shown,
      askedAt,
      thinned,
    ]
    expect(Buffer.from(profileCodec.encode(profile))).toEqual(packr.pack(form))
    expect(profileCodec.decode(profileCodec.encode(profile))).toEqual(profile)
  }
})

it('times in a row that are equal share their bytes, others do not', () => {
  const bytes = [5, 5, 6, 5].map((at) => timeCodec.encode(epochMs(at)))
  expect(bytes[0]).toBe(bytes[1])
  expect(bytes.map((each) => timeCodec.decode(each))).toEqual([5, 5, 6, 5])
})
