import { expect, it } from 'vitest'
import { identityCapMax } from '#runtime/definition/schema-parts.ts'
import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import { requestLimits } from '#runtime/kafka/group-commit.ts'
import { encodeLinksRecord } from '#runtime/log/links-record.ts'
import type { CommandRecord, LinksRecord } from '#runtime/log/links.ts'
import { birthProfileId, createPseudonymiser } from '#runtime/pseudonym/pseudonym.ts'
import { createLinker } from '../core/linker.ts'
import { createMemoryState } from '../core/memory-state.ts'
import { link, testPolicy } from '../core/testing/log.ts'
import { encodeEffects } from './encode-effects.ts'

const pseudonymiser = createPseudonymiser(new Uint8Array(32).fill(1))
const encoding = {
  topics: { profileLog: 'profile.log', decisions: 'identity.decisions', links: 'identity.links' },
  generation: 0,
  partitions: 1,
  decisionSchemaId: 1,
}
const half = identityCapMax / 2
/** Two addresses with so many browsers each that together they are as large as a profile can be. */
const sides = ['a', 'b'].map((name) => ({
  address: pseudonymiser.fragmentId('email', name),
  browsers: Array.from({ length: half - 1 }, (_, number) =>
    pseudonymiser.fragmentId('anonymous_id', `${name}${number}`),
  ),
}))
const everybody = sides.flatMap(({ browsers, address }) => [address, ...browsers])

/** One after another. A `reconsider` says no more of a profile than these. */
const commands: readonly (readonly [CommandRecord['action'], readonly FragmentId[]])[] = [
  ['merge', sides.map(({ address }) => address)],
  ['split', sides.flatMap(({ browsers }) => browsers)],
  ['unsplit', everybody],
  ['split', everybody.slice(half)],
  ['merge', everybody],
  ['erase', everybody],
]

it('whatever becomes of the largest profile, its records fit into Kafka with room to spare', () => {
  const policy = testPolicy({
    cap: identityCapMax,
    automatic_block: 'none',
    types: { anonymous_id: { limit: 'none', blocked: [] } },
  })
  const state = createMemoryState()
  const linker = createLinker({ state, policies: () => policy, birthProfileId })
  let offset = 0
  const largest = new Map<string, number>()
  let membersMax = 0
  const fold = (record: LinksRecord, what: string): void => {
    const effects = linker.fold({ offset, key: String(offset), record })
    const folded = { offset, logTime: null, effects, decided: null }
    offset += 1
    const { batches } = encodeEffects([folded], encoding)
    const sizes = batches
      // Frames are cut at a size of their own.
      .filter(({ topic }) => topic !== encoding.topics.profileLog)
      .flatMap(({ records }) => records)
      .map(({ key, value }) => (key?.length ?? 0) + (value?.length ?? 0))
    largest.set(what, Math.max(encodeLinksRecord(record).length, ...sizes))
  }
  for (const { browsers, address } of sides)
    for (const browser of browsers)
      fold(
        link('u:x', { identifiers: [address, browser].map((id) => ({ id, blocked: null })) }),
        'link',
      )
  for (const [place, [action, fragments]] of commands.entries()) {
    fold(
      {
        kind: 'command',
        commandId: `c${place}`,
        at: epochMs(offset),
        by: 'operator',
        reason: 'x',
        action,
        fragments,
      },
      `${place} ${action}`,
    )
    for (const { address } of sides)
      membersMax = Math.max(membersMax, state.component(address)?.members.length ?? 0)
  }
  largest.set(
    'expire',
    encodeLinksRecord({
      kind: 'expire',
      linkId: 'x',
      sender: { generation: 0, partition: 0, position: [1, 0, 0] },
      fragments: everybody,
      types: ['anonymous_id'],
      receivedAt: epochMs(1),
      logTime: epochMs(1),
    }).length,
  )
  expect(membersMax).toBe(identityCapMax)
  for (const [what, bytes] of largest)
    expect([what, bytes < requestLimits.recordBytesMax / 2]).toEqual([what, true])
})
