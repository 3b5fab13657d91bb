/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import { expect, it } from 'vitest'
import { definitionVersion, type FragmentId } from '#runtime/event/ids.ts'
import { keenOfViews, testDefinition } from '../../../../test/support/fold/definition.ts'
import { routedEvent } from '../../../../test/support/fold/events.ts'
import { birth, fragmentsAt, testPartition } from '../../../../test/support/fold/partition.ts'

const start = 1_700_000_000_000
const links = { kind: 'links' } as const

it('a profile that was merged away leaves no reason in the rows of its memberships, old ones included; the transition has it', () => {
  const [a, b] = fragmentsAt(0, 1, 2) as [FragmentId, FragmentId]
  const p = testPartition({
    partition: 0,
    partitions: 1,
    definitions: [testDefinition(1, keenOfViews(1)), testDefinition(2, keenOfViews(2))],
  })
  p.send(start, { kind: 'define', version: definitionVersion(1) }, { kind: 'definitions' })
  for (const id of [a, b])
    p.send(start, { kind: 'event', event: routedEvent({ id, identifiers: [id], at: start }) })
  // Both leave: what they are no members of any more has a reason, too.
  p.send(start, { kind: 'define', version: definitionVersion(2) }, { kind: 'definitions' })
  const left = p.send(start, { kind: 'tick' }, null)
  expect(left.rows.segment_memberships.map(({ because }) => because)).toEqual([
    '{"views":1}',
    '{"views":1}',
  ])
  const merged = p.send(start, { kind: 'assign', fragment: b, profile: birth(a) }, links)
  expect(merged.rows.segment_memberships).toMatchObject([
    { profile_id: birth(b), segment: 'keen', member: 0, because: '{}' },
  ])
})
